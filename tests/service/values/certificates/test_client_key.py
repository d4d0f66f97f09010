"""The client key: which texts are accepted, in which form they are stored, and what is refused."""

import base64
import time
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from service.values.certificates.client_certificate import client_certificate
from service.values.certificates.client_key import (
    MAX_KEY_BYTES,
    InvalidKey,
    belongs_to,
    describe_unusable,
    load_key,
    normalize_key,
)
from tests.support.client_certificates import key, key_pem, made, rsa_key
from tests.support.strategies import texts

PLAIN: Final = key_pem(key())
TRADITIONAL: Final = PrivateFormat.TraditionalOpenSSL
PARAMETERS: Final = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
BAG: Final = "Bag Attributes\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n"
DAMAGED_OPENSSH: Final = """-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAEXAMPLE
-----END OPENSSH PRIVATE KEY-----
"""


def _code(text: str) -> str | None:
    outcome = normalize_key(text)
    return outcome.code if isinstance(outcome, InvalidKey) else None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PLAIN, id="as-it-is"),
        pytest.param(PLAIN.rstrip("\n"), id="without-a-last-line-break"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="windows"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old-mac"),
        pytest.param(f"\ufeff{PLAIN}", id="byte-order-mark"),
        pytest.param(f"\n\n  {PLAIN}\n\t\n", id="blanks-around"),
        pytest.param(PLAIN.replace("\n", "\n    "), id="indented"),
        pytest.param(PLAIN.replace("\n", " \n"), id="blanks-at-the-ends"),
        pytest.param(PLAIN.replace("\n", " "), id="one-line"),
        pytest.param(PLAIN.replace("\n", "\\n"), id="escaped-line-breaks"),
        pytest.param(PARAMETERS + PLAIN, id="ec-parameters"),
        pytest.param(BAG + PLAIN, id="pkcs12-bag"),
        pytest.param(made() + PLAIN + made("other"), id="with-certificates"),
        pytest.param(PLAIN + PLAIN.replace("\n", "\r\n"), id="the-same-key-twice"),
    ],
)
def test_a_key_is_stored_in_one_form(text: str) -> None:
    """What surrounds a key, its line ends and its indentation are not stored."""
    assert PLAIN == normalize_key(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(key_pem(key(), TRADITIONAL), id="sec1"),
        pytest.param(PARAMETERS + key_pem(key(), TRADITIONAL), id="openssl-ecparam"),
        pytest.param(key_pem(rsa_key(2_048)), id="rsa-2048"),
        pytest.param(key_pem(rsa_key(4_096)), id="rsa-4096"),
        pytest.param(key_pem(rsa_key(4_096), TRADITIONAL), id="pkcs1"),
        pytest.param(key_pem(ec.generate_private_key(ec.SECP521R1())), id="p-521"),
        pytest.param(key_pem(ec.generate_private_key(ec.BrainpoolP256R1())), id="brainpool"),
        pytest.param(key_pem(ed25519.Ed25519PrivateKey.generate()), id="ed25519"),
        pytest.param(key_pem(ed448.Ed448PrivateKey.generate()), id="ed448"),
        pytest.param(key_pem(key(), PrivateFormat.OpenSSH), id="openssh"),
    ],
)
def test_every_usual_key_is_accepted_and_fits(text: str) -> None:
    """Each kind of key that TLS uses, in each usual form, can be stored and loaded again."""
    normal = normalize_key(text)

    assert isinstance(normal, str)
    assert normal == normalize_key(normal)
    assert len(normal.encode()) <= MAX_KEY_BYTES
    assert None is describe_unusable(load_key(normal).public_key())


def test_the_form_of_openssh_becomes_the_usual_form() -> None:
    """TLS libraries cannot read OpenSSH's form, so the same key is stored as PKCS #8."""
    assert PLAIN == normalize_key(key_pem(key(), PrivateFormat.OpenSSH))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(key_pem(key(), passphrase=b"x"), id="pkcs8"),
        pytest.param(key_pem(key(), TRADITIONAL, b"x"), id="sec1"),
        pytest.param(key_pem(rsa_key(2_048), TRADITIONAL, b"x"), id="pkcs1"),
        pytest.param(key_pem(key(), TRADITIONAL, b"x").replace("\n", "\r\n"), id="windows"),
    ],
)
def test_an_encrypted_key_is_refused(text: str) -> None:
    """An administrator learns that the key must be decrypted first, and how."""
    refused = normalize_key(text)

    assert isinstance(refused, InvalidKey)
    assert "CLIENT_KEY_ENCRYPTED" == refused.code
    assert "openssl pkey" in refused.message


def test_a_key_that_does_not_fit_is_refused() -> None:
    """A key that is too long is refused before it is loaded, with what to use instead."""
    long = f"-----BEGIN PRIVATE KEY-----\n{'A' * MAX_KEY_BYTES}\n-----END PRIVATE KEY-----\n"

    for text in (long, long.replace("PRIVATE", "OPENSSH PRIVATE"), PLAIN + " " * 40_000):
        refused = normalize_key(text)
        assert isinstance(refused, InvalidKey)
        assert "CLIENT_KEY_TOO_LONG" == refused.code
        assert "EC key" in refused.message
        assert "4096 bits" in refused.message


def test_a_hostile_text_takes_no_time() -> None:
    """A text of many beginnings without an end is refused at once."""
    begun = time.process_time()
    for part in ("-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "BEGIN ", "-----", "A:\n"):
        assert isinstance(normalize_key((part * 32_768)[:32_768]), InvalidKey)
        client_certificate((part * 100_000)[:100_000])

    assert time.process_time() - begun < 1


def _compressed() -> str:
    """Returns a key in OpenSSH's form whose public point is marked as compressed."""
    body = "".join(key_pem(key(), PrivateFormat.OpenSSH).splitlines()[1:-1])
    data = base64.b64decode(body).replace(b"\0\0\0\x41\4", b"\0\0\0\x41\2")
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{text}-----END OPENSSH PRIVATE KEY-----\n"


def _x25519() -> str:
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return x25519.X25519PrivateKey.generate().private_bytes(*form).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("x", "a private key in PEM", id="text"),
        pytest.param("********", "a private key in PEM", id="mask"),
        pytest.param("\ud800", "a private key in PEM", id="half-a-character"),
        pytest.param(made(), "clientCertificate", id="certificate"),
        pytest.param(
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "public", id="public-key"
        ),
        pytest.param(PLAIN[:-20], "up to the line that ends it", id="cut"),
        pytest.param(PLAIN.replace("\n", "", 1).replace("M", "N", 1), "damaged", id="damaged"),
        pytest.param(PLAIN.replace("M", "é", 1), "damaged", id="foreign-letter"),
        pytest.param(PLAIN + key_pem(key("other")), "only one", id="two-keys"),
        pytest.param(PLAIN + key_pem(key("other"), passphrase=b"x"), "only one", id="two-forms"),
        pytest.param(key_pem(dsa.generate_private_key(2_048)), "EC, RSA or Ed25519", id="dsa"),
        pytest.param(_x25519(), "EC, RSA or Ed25519", id="x25519"),
        pytest.param(key_pem(rsa_key(1_024)), "2,048 bits", id="rsa-1024"),
        pytest.param(key_pem(ec.generate_private_key(ec.SECP256K1())), "P-256", id="bitcoin-curve"),
        pytest.param(DAMAGED_OPENSSH, "damaged", id="damaged-openssh"),
        pytest.param(_compressed(), "damaged", id="openssh-with-a-compressed-point"),
        pytest.param(
            PLAIN.replace("PRIVATE KEY", "RSA PRIVATE KEY"), "damaged", id="another-label"
        ),
    ],
)
def test_what_is_not_a_usable_key_is_refused(text: str, words: str) -> None:
    """The message says what is wrong, and repeats nothing of the text."""
    refused = normalize_key(text)

    assert isinstance(refused, InvalidKey)
    assert "CLIENT_KEY_INVALID" == refused.code
    assert words in refused.message
    assert not [line for line in text.split() if len(line) > 20 and line in refused.message]


def test_an_encrypted_openssh_key_is_refused() -> None:
    """OpenSSH's own form of an encrypted key is recognized as encrypted."""
    body = base64.b64encode(_openssh("aes256-ctr", "bcrypt")).decode()
    text = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"

    assert "CLIENT_KEY_ENCRYPTED" == _code(text)


def _openssh(cipher: str, kdf: str) -> bytes:
    """Returns an OpenSSH key file whose private part is unreadable."""
    fields = [cipher.encode(), kdf.encode(), _field(b"s" * 16) + b"\0\0\0\x10"]
    public = _field(b"ssh-ed25519") + _field(b"p" * 32)
    head = b"openssh-key-v1\0" + b"".join(map(_field, fields))
    return head + b"\0\0\0\1" + _field(public) + _field(b"e" * 160)


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from([PLAIN, made(), PARAMETERS]) | texts(), max_size=4).map("".join))
def test_no_text_raises(text: str) -> None:
    """Any text is a key in its normal form or is refused, and a normal form stays as it is."""
    normal = normalize_key(text)

    assert isinstance(normal, InvalidKey) or normal == normalize_key(normal)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.integers(0, len(PLAIN) - 1), st.characters(codec="utf-8"))
def test_a_damaged_key_raises_nothing(place: int, letter: str) -> None:
    """A key with one character changed is refused, or is still a key."""
    normal = normalize_key(PLAIN[:place] + letter + PLAIN[place + 1 :])

    if isinstance(normal, str):
        assert None is describe_unusable(load_key(normal).public_key())


def test_a_key_belongs_to_its_own_public_key_only() -> None:
    """The comparison covers the value and the kind of the key."""
    for own, other in ((key(), key("other")), (rsa_key(2_048), key()), (key(), rsa_key(2_048))):
        assert belongs_to(own, own.public_key())
        assert not belongs_to(own, other.public_key())
