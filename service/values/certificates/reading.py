"""Reading certificates: from PEM text to facts."""

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
    """A text that is not made of PEM certificates, and a message that says why."""

    message: str


_TOO_LONG: Final = InvalidCertificate(
    f"This is too long: enter at most {MAX_PEM_CHARACTERS:,} characters."
)


def read_certificates(pem: str) -> tuple[CertificateFacts, ...] | InvalidCertificate:
    """Reads the certificates in a PEM text, which may contain several, as a chain file does."""
    if len(pem) > MAX_PEM_CHARACTERS:
        return _TOO_LONG
    if _KEY_MARK in pem:
        return InvalidCertificate(
            "This contains a private key. Enter only the certificate; keep the key on its server."
        )
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        facts = tuple(
            certificate_facts(certificate.public_bytes(Encoding.DER))
            for certificate in certificates
        )
    # The library raises TypeError for some malformed names.
    except (ValueError, TypeError, x509.InvalidVersion):
        return InvalidCertificate(
            "Enter a PEM certificate: it starts with -----BEGIN CERTIFICATE-----."
        )
    # Certificates are saved as PEM with lines of 64 characters, which can be longer than the input.
    if any(len(each.pem) > MAX_PEM_CHARACTERS for each in facts):
        return _TOO_LONG
    return facts


def certificates_of(pems: Sequence[str]) -> tuple[CertificateFacts, ...]:
    """Returns the facts of saved certificates, which were checked when they were saved."""
    facts: list[CertificateFacts] = []
    for pem in pems:
        read = read_certificates(pem)
        if isinstance(read, InvalidCertificate):
            raise ValueError("a saved certificate cannot be read")  # noqa: TRY004 (the value is wrong)
        facts += read
    return tuple(facts)
