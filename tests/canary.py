"""Finding a secret in whatever form it may have got out."""

import base64
import hashlib
import html
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

CANARY: Final = "pä55 \"w'o%r\\d<&>𝄞é+/="
"""A password with what escaping goes wrong on: quotes, percent, backslash, non-BMP."""

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def leaks(secret: str, haystack: bytes) -> list[str]:
    """The forms in which a secret stands in some bytes, by name."""
    return sorted({name for name, form in _forms(secret) if form in haystack})


def _forms(secret: str) -> Iterator[tuple[str, bytes]]:
    raw = secret.encode()
    yield "raw", raw
    for name, ascii_only in (("JSON", False), ("JSON, ASCII", True)):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield name, once.encode()
        # An event's body is JSON in itself, and so stands escaped twice in an answer.
        yield f"{name}, twice", json.dumps(once, ensure_ascii=ascii_only)[1:-1].encode()
    yield "repr", repr(secret)[1:-1].encode()
    yield "repr, ASCII", ascii(secret)[1:-1].encode()
    yield "repr of bytes", repr(raw)[2:-1].encode()
    yield "HTML", html.escape(secret).encode()
    yield "URL", quote(secret, safe="").encode()
    yield "URL, path", quote(secret).encode()
    yield "URL, form", quote_plus(secret).encode()
    for encoding in ("utf-16-le", "utf-16-be"):
        yield encoding, secret.encode(encoding)
    yield from _spelled("", raw)
    for algorithm in ("md5", "sha1", "sha256"):
        digest = hashlib.new(algorithm, raw).digest()
        yield algorithm, digest
        yield from _spelled(f"{algorithm}, ", digest)


def _spelled(prefix: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{prefix}hex", raw.hex().encode()
    yield f"{prefix}HEX", raw.hex().upper().encode()
    for offset in range(3):
        # The characters at both ends depend on what stands beside it; those between do not.
        inner = base64.b64encode(b"\0" * offset + raw)
        inner = inner[-(-8 * offset // 6) :].rstrip(b"=")
        inner = inner if (offset + len(raw)) % 3 == 0 else inner[:-1]
        yield f"{prefix}base64", inner
        yield f"{prefix}base64url", inner.translate(_URL_SAFE)
