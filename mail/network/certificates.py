"""Reads certificates as servers present them. Makes no decision about trust."""

import contextlib
import hashlib
import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from mail.report.report import CertificateFacts

UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What `cryptography` raises for certificates that it does not accept; OpenSSL may accept them."""


def certificate_facts(der: bytes) -> CertificateFacts:
    """Returns the contents of a certificate. Raises ValueError if it cannot be read."""
    certificate = x509.load_der_x509_certificate(der)
    return CertificateFacts(
        subject=shown_name(certificate.subject),
        issuer=shown_name(certificate.issuer),
        dns_names=_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=hashlib.sha256(der).hexdigest(),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )


def shown_name(name: x509.Name) -> str:
    """Returns a name (RFC 4514) without the control characters that a server may put into it."""
    text = name.rfc4514_string()
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def chain_facts(chain: Iterable[bytes]) -> tuple[CertificateFacts, ...]:
    """Returns the facts of a whole chain, leaf first, without certificates that are unreadable."""
    facts = []
    for der in chain:
        try:
            facts.append(certificate_facts(der))
        except UNREADABLE:  # a broken certificate must not prevent the report
            continue
    return tuple(facts)


def ders_in(pems: Iterable[str]) -> Iterator[bytes]:
    """Yields the certificates in PEM texts, without those that are unreadable."""
    for pem in pems:
        with contextlib.suppress(*UNREADABLE):
            for certificate in x509.load_pem_x509_certificates(pem.encode()):
                yield certificate.public_bytes(Encoding.DER)


def issuing_path(chain: Sequence[CertificateFacts]) -> tuple[CertificateFacts, ...]:
    """Returns the certificates from `chain[0]` upward, found by following issuers."""
    by_subject = {each.subject: each for each in reversed(chain)}
    path = list(chain[:1])
    while path and (issuer := by_subject.get(path[-1].issuer)) and issuer not in path:
        path.append(issuer)
    return tuple(path)


def names_match(certificate: CertificateFacts, host: str) -> bool:
    """Returns whether a certificate is for `host`: a name, address or wildcard (RFC 9525)."""
    name = host.strip("[]").rstrip(".").lower()
    under = name.partition(".")[2]
    wanted = {name, f"*.{under}"} if under else {name}
    return any(each.lower() in wanted for each in certificate.dns_names)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Returns the DNS names and IP addresses that the certificate is for."""
    try:
        extension = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        )
    except x509.ExtensionNotFound:
        return ()
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError("the certificate's extensions cannot be read") from error
    names = extension.value
    assert isinstance(names, x509.SubjectAlternativeName)  # noqa: S101 - narrows the type
    dns = names.get_values_for_type(x509.DNSName)
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*dns, *(str(each) for each in addresses if not isinstance(each, _Network)))


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
