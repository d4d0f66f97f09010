"""Trusted certificates: which texts are accepted, and in which form they are saved."""

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
    """Makes a certificate with unknown extensions, as DER."""
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
def test_a_certificate_is_normalized(text: str) -> None:
    """Line endings, surrounding text and repetitions are not saved."""
    normal = normalize(SettingsValues(trusted_certificates=(text, certificate())))

    assert () == normal.problems
    assert (certificate(),) == normal.values.trusted_certificates


def test_a_chain_is_saved_as_its_certificates() -> None:
    """A file with several certificates is saved as those certificates, in their order."""
    chain = certificate("a.example.com") + certificate("b.example.com")
    normal = normalize(SettingsValues(trusted_certificates=(chain,)))

    assert (certificate("a.example.com"), certificate("b.example.com")) == (
        normal.values.trusted_certificates
    )


def test_the_number_of_certificates_is_limited() -> None:
    """At most twenty certificates are accepted, as separate texts or in one."""
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
def test_other_texts_are_refused(text: str) -> None:
    """A text that is not a certificate is reported, and raises no exception."""
    assert isinstance(read_certificates(text), InvalidCertificate)


def test_a_private_key_is_refused() -> None:
    """An administrator who pastes the private key as well learns that it does not belong here."""
    read = read_certificates(certificate() + "-----BEGIN EC PRIVATE KEY-----\nAAAA\n")

    assert isinstance(read, InvalidCertificate)
    assert "private key" in read.message


def test_a_saved_certificate_can_be_read_again() -> None:
    """A certificate that fits only without line breaks is refused: it is saved with them."""
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
