"""Certificates to trust: what is taken for one, in which form it is kept, and what is not."""

import base64
from datetime import UTC, datetime
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from service.values.certificates import (
    MAX_PEM_CHARACTERS,
    InvalidCertificate,
    certificates_of,
    read_certificates,
)
from service.values.normalize import normalize
from service.values.rules import MAX_CERTIFICATES
from service.values.settings_values import SettingsValues
from tests.support.certificates import certificate

_KEY: Final = ec.generate_private_key(ec.SECP256R1())
_FIRST, _SECOND = "1.2.3.4.5", "1.2.3.4.6"


def _made(*extensions: tuple[str, bytes]) -> bytes:
    """A certificate with extensions that nobody knows, as DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.com")])
    builder = (
        x509.CertificateBuilder(name, name, _KEY.public_key(), 1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    )
    for number, value in extensions:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier(number), value)
        builder = builder.add_extension(unknown, critical=False)
    return builder.sign(_KEY, SHA256()).public_bytes(Encoding.DER)


def _pem(der: bytes, *, width: int = 64) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(certificate(), id="as-it-is"),
        pytest.param(certificate().replace("\n", "\r\n"), id="windows"),
        pytest.param(f"subject=CN = x\n\n{certificate()}\n\n", id="with-words-around"),
        pytest.param(f"{certificate()}{certificate()}", id="twice"),
    ],
)
def test_a_certificate_is_kept_in_one_form(text: str) -> None:
    """Line ends, words around it and repetitions are nothing that is to be kept."""
    normal = normalize(SettingsValues(trusted_certificates=(text, certificate())))

    assert () == normal.problems
    assert (certificate(),) == normal.values.trusted_certificates


def test_a_chain_is_kept_as_its_certificates() -> None:
    """A file with several certificates counts as all of them, in its order."""
    chain = certificate("a.example.com") + certificate("b.example.com")
    normal = normalize(SettingsValues(trusted_certificates=(chain,)))

    assert (certificate("a.example.com"), certificate("b.example.com")) == (
        normal.values.trusted_certificates
    )


def test_there_is_an_end_to_how_many_are_trusted() -> None:
    """Twenty, however they are given; the same one twice counts once."""
    many = tuple(certificate(f"{number}.example.com") for number in range(MAX_CERTIFICATES + 1))
    allowed = normalize(SettingsValues(trusted_certificates=many[:-1]))
    too_many = normalize(SettingsValues(trusted_certificates=("".join(many),)))

    assert () == allowed.problems
    assert ["TOO_MANY_CERTIFICATES"] == [problem.code for problem in too_many.problems]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("x", id="text"),
        pytest.param("\ud800", id="half-a-character"),
        pytest.param("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", id="hollow"),
        pytest.param(certificate()[:-40], id="cut"),
        pytest.param(certificate().replace("CERTIFICATE", "PUBLIC KEY"), id="other-thing"),
        pytest.param("x" * (MAX_PEM_CHARACTERS + 1), id="long"),
        pytest.param(
            _pem(_made((_FIRST, b"x"), (_SECOND, b"x")).replace(b"\x2a\3\4\6", b"\x2a\3\4\5")),
            id="an-extension-twice",
        ),
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    """A sentence that says what to enter, and never an exception."""
    assert isinstance(read_certificates(text), InvalidCertificate)


def test_a_private_key_is_turned_away_by_name() -> None:
    """Whoever pastes the key along is told to keep it."""
    read = read_certificates(certificate() + "-----BEGIN EC PRIVATE KEY-----\nAAAA\n")

    assert isinstance(read, InvalidCertificate)
    assert "private key" in read.message


def test_what_is_kept_can_be_read_again() -> None:
    """One that fits only without line breaks is refused: it is kept with them."""
    most = next(size for size in range(24_000, 25_000) if _fits_on_one_line_only(size))
    text = _pem(_made((_FIRST, b"x" * most)), width=1_000_000)
    fits = _pem(_made((_FIRST, b"x" * (most - 500))), width=1_000_000)

    assert len(text) <= MAX_PEM_CHARACTERS
    assert isinstance(read_certificates(text), InvalidCertificate)
    kept = normalize(SettingsValues(trusted_certificates=(fits,))).values.trusted_certificates
    assert 1 == len(certificates_of(kept))


def _fits_on_one_line_only(size: int) -> bool:
    der = _made((_FIRST, b"x" * size))
    return len(_pem(der)) > MAX_PEM_CHARACTERS
