"""Downloads a revocation list (RFC 5280 §5), and looks a certificate up in it."""

import asyncio
from datetime import datetime

from cryptography import x509

from mail.network.certificates import UNREADABLE
from mail.network.network import Network
from mail.revocation.fetch import Request, fetch
from mail.revocation.ocsp import CLOCK_SKEW, MAX_AGE, in_words
from mail.revocation.pointers import distribution_points
from mail.revocation.status import NotChecked, NotRevoked, Revoked, Status

MAX_LIST_BYTES = 16 * 1024 * 1024
_PEM = b"-----BEGIN"


async def look_up(
    url: str,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    network: Network,
    seconds: float,
) -> Status:
    """Looks the certificate up in the revocation list at `url`."""
    answer = await fetch(Request(url, MAX_LIST_BYTES), network, seconds)
    if isinstance(answer, NotChecked):
        return answer
    try:  # in a thread, because a list may have millions of entries
        return await asyncio.to_thread(judge, answer, certificate, issuer, network.now())
    except UNREADABLE:
        return NotChecked(f"the answer of {url} is not a revocation list")


def judge(
    answer: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Status:
    """Returns what a revocation list says about a certificate.

    Raises an exception of `UNREADABLE` if it is not a revocation list.
    """
    found = x509.load_pem_x509_crl(answer) if answer.startswith(_PEM) else _from_der(answer)
    if not _is_signed(found, issuer):
        return NotChecked("the revocation list is not signed by the certificate's authority")
    end = found.next_update_utc or found.last_update_utc + MAX_AGE
    if not found.last_update_utc - CLOCK_SKEW <= now <= end + CLOCK_SKEW:
        return NotChecked("the revocation list is not current")
    if not _is_complete_for(found, certificate):
        return NotChecked("the revocation list does not cover the certificate")
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return NotRevoked("CRL")
    return Revoked("CRL", entry.revocation_date_utc, in_words(_reason(entry)))


def _from_der(answer: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(answer)


def _is_signed(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage)
        if not usage.value.crl_sign:
            return False
    except x509.ExtensionNotFound:  # no limits on what the key may sign
        pass
    key = issuer.public_key()
    return found.issuer == issuer.subject and found.is_signature_valid(key)  # type: ignore[arg-type] # an unsuitable key raises TypeError


def _is_complete_for(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Returns whether a missing entry means that the certificate is not revoked.

    Lists of other authorities' certificates, of some reasons only, and of changes since another
    list are not supported.
    """
    for extension in found.extensions:
        match extension.value:
            case x509.DeltaCRLIndicator():
                return False
            case x509.IssuingDistributionPoint() as point:
                if not _covers(point, certificate):
                    return False
            case x509.CRLNumber() | x509.AuthorityKeyIdentifier():
                pass
            case _ if extension.critical:
                return False
            case _:
                pass
    return True


def _covers(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    authority = _is_authority(certificate)
    if (
        point.indirect_crl
        or point.only_some_reasons
        or point.only_contains_attribute_certs
        or (point.only_contains_user_certs and authority)
        or (point.only_contains_ca_certs and not authority)
        or point.relative_name
    ):
        return False
    named = {name for each in distribution_points(certificate) for name in each.full_name or ()}
    return not point.full_name or not named.isdisjoint(point.full_name)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return basic.value.ca


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None
