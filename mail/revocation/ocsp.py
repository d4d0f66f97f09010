"""Asks an OCSP responder (RFC 6960), and verifies its response."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mail.network.certificates import UNREADABLE
from mail.network.network import Network
from mail.revocation.fetch import Request, fetch
from mail.revocation.status import NotChecked, NotRevoked, Revoked, Status

MAX_RESPONSE_BYTES = 64 * 1024
CLOCK_SKEW = timedelta(minutes=5)
MAX_AGE = timedelta(days=1)
"""How old a response may be that does not say when the next one is available."""


async def ask_responder(
    url: str,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    network: Network,
    seconds: float,
) -> Status:
    """Asks the responder at `url` about a certificate."""
    # The hash only names the issuer, and every responder knows SHA-1 (RFC 5019 §2.1.1).
    sha1 = hashes.SHA1()  # noqa: S303
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, sha1).build()
    body = asked.public_bytes(Encoding.DER)
    request = Request(url, MAX_RESPONSE_BYTES, body, "application/ocsp-request")
    answer = await fetch(request, network, seconds)
    if isinstance(answer, NotChecked):
        return answer
    try:
        return judge(answer, asked, issuer, network.now())
    except UNREADABLE:
        return NotChecked(f"the answer of {url} is not an OCSP response")


def judge(
    answer: bytes, asked: ocsp.OCSPRequest, issuer: x509.Certificate, now: datetime
) -> Status:
    """Returns what a response says about the certificate that was asked about.

    Raises an exception of `UNREADABLE` if it is not a response.
    """
    response = ocsp.load_der_ocsp_response(answer)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        words = response.response_status.name.lower().replace("_", " ")
        return NotChecked(f"the OCSP responder refused the request ({words})")
    if not any(_signed_by(response, each) for each in _signers(response, issuer, now)):
        return NotChecked("the OCSP response is not signed by the certificate's authority")
    single = next((each for each in response.responses if _is_about(each, asked)), None)
    if single is None:
        return NotChecked("the OCSP response is about another certificate")
    if not _is_current(single, now):
        return NotChecked("the OCSP response is not current")
    return _status(single)


def _is_about(single: ocsp.OCSPSingleResponse, asked: ocsp.OCSPRequest) -> bool:
    return (
        single.serial_number == asked.serial_number
        and single.issuer_name_hash == asked.issuer_name_hash
        and single.issuer_key_hash == asked.issuer_key_hash
    )


def _is_current(single: ocsp.OCSPSingleResponse, now: datetime) -> bool:
    end = single.next_update_utc or single.this_update_utc + MAX_AGE
    return single.this_update_utc - CLOCK_SKEW <= now <= end + CLOCK_SKEW


def _status(single: ocsp.OCSPSingleResponse) -> Status:
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return NotRevoked("OCSP")
    at, reason = single.revocation_time_utc, single.revocation_reason
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED and at is not None:
        return Revoked("OCSP", at, in_words(reason))
    return NotChecked("the OCSP responder does not know the certificate")


def in_words(reason: x509.ReasonFlags | None) -> str | None:
    """Returns a reason such as `key compromise`, or None if the authority gave no reason."""
    if reason is None or reason is x509.ReasonFlags.unspecified:
        return None
    return reason.name.replace("_", " ")


def _signers(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime
) -> Iterator[x509.Certificate]:
    """Yields the issuer, and the responders to which it delegated (RFC 6960 §4.2.2.2)."""
    yield issuer
    for each in response.certificates:
        if each.not_valid_before_utc <= now <= each.not_valid_after_utc and _is_delegated(each):
            try:
                each.verify_directly_issued_by(issuer)
            except (InvalidSignature, *UNREADABLE):
                continue
            yield each


def _is_delegated(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage.value


def _signed_by(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, signature, signed = signer.public_key(), response.signature, response.tbs_response_bytes
    algorithm = response.signature_hash_algorithm
    try:
        if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, signed)
        elif isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True
