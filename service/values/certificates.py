"""Certificates that an administrator trusts: from PEM to facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mail.network import certificate_facts
from mail.report import CertificateFacts

MAX_PEM_CHARACTERS: Final = 32_768
_KEY_MARK: Final = "PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class InvalidCertificate:
    """Text that is not PEM certificates, with the reason in words."""

    message: str


_TOO_LONG: Final = InvalidCertificate(f"It may have at most {MAX_PEM_CHARACTERS:,} characters.")


def read_certificates(pem: str) -> tuple[CertificateFacts, ...] | InvalidCertificate:
    """The certificates in a PEM text; there may be several, as in a chain file."""
    if len(pem) > MAX_PEM_CHARACTERS:
        return _TOO_LONG
    if _KEY_MARK in pem:
        return InvalidCertificate(
            "This holds a private key. Enter the certificate alone, and keep the key to its server."
        )
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        facts = tuple(
            certificate_facts(certificate.public_bytes(Encoding.DER))
            for certificate in certificates
        )
    except ValueError:
        return InvalidCertificate(
            "Enter a PEM certificate: it starts with -----BEGIN CERTIFICATE-----."
        )
    # It is kept as PEM with lines of 64 characters, which may be longer than what was given.
    if any(len(each.pem) > MAX_PEM_CHARACTERS for each in facts):
        return _TOO_LONG
    return facts


def certificates_of(pems: Sequence[str]) -> tuple[CertificateFacts, ...]:
    """The facts of certificates that were checked when they were saved, in their order."""
    facts: list[CertificateFacts] = []
    for pem in pems:
        read = read_certificates(pem)
        if isinstance(read, InvalidCertificate):
            raise ValueError("a saved certificate cannot be read")  # noqa: TRY004 (the value is wrong)
        facts += read
    return tuple(facts)
