"""The search for leaks finds a secret in any encoding."""

import base64
import hashlib
import html
import json
import urllib.parse

import pytest

from tests.support.canary import CANARY, leaks

RAW = CANARY.encode()
SIGN_IN = b"\0postledger@example.org\0" + RAW


@pytest.mark.parametrize(
    "leaked",
    [
        pytest.param(b"password: " + RAW + b"\n", id="raw"),
        pytest.param(json.dumps({"password": CANARY}).encode(), id="json"),
        pytest.param(json.dumps({"p": [CANARY]}, ensure_ascii=False).encode(), id="json-utf-8"),
        pytest.param(json.dumps(json.dumps({"password": CANARY})).encode(), id="json-in-json"),
        pytest.param(repr({"password": CANARY}).encode(), id="repr-in-a-dict"),
        pytest.param(repr(RAW).encode(), id="repr-of-bytes"),
        pytest.param(json.dumps({"locals": repr(RAW)}).encode(), id="repr-of-bytes-in-json"),
        pytest.param(json.dumps({"locals": repr({"x": CANARY})}).encode(), id="repr-in-json"),
        pytest.param(f"<p>{html.escape(CANARY)}</p>".encode(), id="html"),
        pytest.param(urllib.parse.urlencode({"password": CANARY}).encode(), id="form"),
        pytest.param(f"/?p={urllib.parse.quote(CANARY)}".encode(), id="url-with-slashes"),
        pytest.param(CANARY.encode("utf-16"), id="utf-16"),
        pytest.param(SIGN_IN.hex().encode(), id="hex"),
        pytest.param(SIGN_IN.hex().upper().encode(), id="hex-capitals"),
        *(
            pytest.param(base64.b64encode(b"x" * offset + SIGN_IN + b"y"), id=f"base64-{offset}")
            for offset in range(3)
        ),
        pytest.param(base64.urlsafe_b64encode(SIGN_IN), id="base64-url"),
        *(
            pytest.param(hashlib.new(name, RAW).digest(), id=f"{name}-bytes")
            for name in ("md5", "sha1", "sha256")
        ),
        *(
            pytest.param(hashlib.new(name, RAW).hexdigest().encode(), id=f"{name}-hex")
            for name in ("md5", "sha1", "sha256")
        ),
        pytest.param(base64.b64encode(hashlib.sha256(RAW).digest()), id="sha256-base64"),
    ],
)
def test_every_form_is_found(leaked: bytes) -> None:
    """Every encoding is found; otherwise the tests would miss a leak."""
    assert [] != leaks(CANARY, b"before " + leaked + b" after")


def test_other_texts_are_not_found() -> None:
    """Another secret, or a part of the secret, is not a leak."""
    assert [] == leaks(CANARY, CANARY[:-1].encode() + b" and another one")
