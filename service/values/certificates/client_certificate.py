"""The client certificate: a chain of PEM certificates, the service's own certificate first."""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from mail.report import CertificateFacts, Suggestion
from service.values.certificates.client_key import describe_unusable
from service.values.certificates.reading import InvalidCertificate, read_certificates
from service.values.fields import Invalid, Valid

MAX_CERTIFICATES: Final = 10
_FIELD: Final = "clientCertificate"
# Bounded, so that the time for a long text does not grow with the square of its length.
_KEY_MARK: Final = re.compile(r"(BEGIN|END)[A-Z0-9 ]{0,40}PRIVATE KEY", re.IGNORECASE)
E = TypeVar("E", bound=x509.ExtensionType)


def client_certificate(value: str) -> Valid | Invalid:
    """Checks a PEM chain, and keeps each certificate once, as normalized PEM."""
    if not value.strip():
        return Valid(None)
    if _KEY_MARK.search(value):
        message = (
            "This contains a private key: put the key into the field clientKey, where it is "
            "encrypted, and enter only the certificates here."
        )
        return Invalid(message, code="CLIENT_CERTIFICATE_CONTAINS_KEY")
    found = read_certificates(value)
    if isinstance(found, InvalidCertificate):
        return Invalid(found.message)
    chain = tuple({each.sha256: each for each in found}.values())
    if len(chain) > MAX_CERTIFICATES:
        return Invalid(
            f"Enter at most {MAX_CERTIFICATES} certificates: your own and its intermediates."
        )
    return _misplaced(chain) or _unusable(chain[0]) or Valid(_text(chain))


def public_key_of(pem: str) -> CertificatePublicKeyTypes | None:
    """Returns the public key of the first certificate in a chain, or None if it is unreadable."""
    try:
        return x509.load_pem_x509_certificate(pem.encode()).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None


def is_for_clients(certificate: CertificateFacts) -> bool:
    """Returns whether the extensions of a certificate allow a client to present it."""
    loaded = x509.load_pem_x509_certificate(certificate.pem.encode())
    usage = _extension(loaded, x509.KeyUsage)
    extended = _extension(loaded, x509.ExtendedKeyUsage)
    purposes = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return (usage is None or usage.digital_signature) and (
        extended is None or not purposes.isdisjoint(extended)
    )


def _misplaced(chain: tuple[CertificateFacts, ...]) -> Invalid | None:
    ordered = _ordered(chain)
    if ordered == chain:
        return None
    message = (
        "Put your own certificate first, then the certificate of its issuer, and so on: servers "
        "expect this order."
    )
    suggestion = Suggestion("Put the certificates in order.", (_FIELD,), _text(ordered), None)
    return Invalid(message, suggestion, "CLIENT_CERTIFICATE_ORDER")


def _ordered(chain: tuple[CertificateFacts, ...]) -> tuple[CertificateFacts, ...]:
    """Returns the chain, beginning with the certificate that issued none, each before its issuer.

    Certificates that do not belong to the chain come last, in the order in which they were given.
    """
    rest = list(chain)
    issuers = {each.issuer for each in chain if each.issuer != each.subject}
    line = [next((each for each in chain if each.subject not in issuers), chain[0])]
    rest.remove(line[0])
    while issuer := next((each for each in rest if each.subject == line[-1].issuer), None):
        line.append(issuer)
        rest.remove(issuer)
    return (*line, *rest)


def _unusable(leaf: CertificateFacts) -> Invalid | None:
    loaded = x509.load_pem_x509_certificate(leaf.pem.encode())
    constraints = _extension(loaded, x509.BasicConstraints)
    usage = _extension(loaded, x509.KeyUsage)
    # Many self-signed certificates are marked as an authority's, but do not say that they sign.
    if constraints is not None and constraints.ca and usage is not None and usage.key_cert_sign:
        message = (
            "This is the certificate of an authority: enter the certificate that the authority "
            "issued for this service, and the authority's only after it."
        )
        return Invalid(message, code="CLIENT_CERTIFICATE_IS_AUTHORITY")
    problem = describe_unusable(public_key_of(leaf.pem))
    return Invalid(f"The certificate cannot be used: {problem}") if problem else None


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _text(chain: Sequence[CertificateFacts]) -> str:
    return "".join(each.pem for each in chain)
