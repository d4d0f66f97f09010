"""TLS as a client: what is trusted, what was presented, and why it was refused.

TLS 1.2 is the least, the chain and the host name are always verified, and nothing here can switch
that off: `trustedCertificates` only add trust.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final

from mail.codes import Code
from mail.failure import StageFailed

_READ: Final = "read"
_RECORD_HEADER = 256
"""OpenSSL's pseudo content type for a record's header (SSL3_RT_HEADER)."""
_HANDSHAKE = 22
_CERTIFICATE = 11
_CERTIFICATE_REQUEST = 13

_BY_VERIFY_CODE = {
    9: Code.CERTIFICATE_NOT_YET_VALID,
    10: Code.CERTIFICATE_EXPIRED,
    18: Code.CERTIFICATE_SELF_SIGNED,
    19: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    20: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    21: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    62: Code.CERTIFICATE_HOSTNAME_MISMATCH,
    64: Code.CERTIFICATE_HOSTNAME_MISMATCH,
}
"""X509_V_ERR_* of OpenSSL's x509_vfy.h."""

_BY_REASON = {
    "UNSUPPORTED_PROTOCOL": Code.TLS_VERSION_TOO_OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "WRONG_SSL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
}
_REFUSED_CLIENT = ("SSLV3_ALERT_HANDSHAKE_FAILURE", "SSLV3_ALERT_BAD_CERTIFICATE")
"""What servers older than TLS 1.3 say for want of a client certificate, among other things."""


class Handshake:
    """Watches one handshake from within OpenSSL.

    A chain that fails verification is dropped by OpenSSL before anybody can ask for it, and asking
    again over a second, unverified connection might show another one. The message callback sees the
    Certificate message itself, of this very handshake, with TLS 1.3 too.
    """

    def __init__(self) -> None:
        self.chain: tuple[bytes, ...] = ()
        self.first_bytes = b""
        self.asked_for_certificate = False

    def observe(  # noqa: PLR0913, PLR0917 - OpenSSL's signature
        self,
        connection: object,  # noqa: ARG002 - there is one a handshake
        direction: str,
        version: int,
        content_type: int,
        message_type: int,
        data: bytes,
    ) -> None:
        """Called by OpenSSL for every message and record header."""
        if direction != _READ:
            return
        if content_type == _RECORD_HEADER and not self.first_bytes:
            self.first_bytes = data
        if content_type == _HANDSHAKE and message_type == _CERTIFICATE_REQUEST:
            self.asked_for_certificate = True
        if content_type == _HANDSHAKE and message_type == _CERTIFICATE and not self.chain:
            self.chain = certificates_in(data, tls13=version >= ssl.TLSVersion.TLSv1_3)


def certificates_in(message: bytes, *, tls13: bool) -> tuple[bytes, ...]:
    """The DER certificates of a Certificate message (RFC 5246 §7.4.2, RFC 8446 §4.4.2).

    A message that is cut short gives those that are whole.
    """
    at = 4
    if tls13:
        at += 1 + message[at]
    at += 3
    found = []
    while at + 3 <= len(message):
        size = int.from_bytes(message[at : at + 3])
        der = message[at + 3 : at + 3 + size]
        if len(der) < size:
            break
        found.append(der)
        at += 3 + size
        if tls13:
            at += 2 + int.from_bytes(message[at : at + 2])
    return tuple(found)


def build_context(trusted: Sequence[str], handshake: Handshake) -> ssl.SSLContext:
    """A context for one handshake. Reads the system's authorities: some 20 ms, so not on the loop.

    Raises ssl.SSLError or ValueError where `trusted` is not PEM.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # What is trusted by name is trusted as it stands, an intermediate or a server's own certificate
    # included. Strictness differs between Python's versions; private authorities rarely pass it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if trusted:
        context.load_verify_locations(cadata="\n".join(trusted))
    context._msg_callback = handshake.observe  # type: ignore[attr-defined]  # noqa: SLF001 - the only way to a refused chain
    return context


async def context_for(trusted: Sequence[str], handshake: Handshake) -> ssl.SSLContext:
    """`build_context`, in a thread. Raises StageFailed where `trusted` is not PEM."""
    try:
        return await asyncio.to_thread(build_context, trusted, handshake)
    except (ssl.SSLError, ValueError) as error:
        detail = "a value is not a certificate in PEM"
        raise StageFailed(Code.TRUSTED_CERTIFICATE_UNREADABLE, detail=detail) from error


def refusal_of(error: ssl.SSLError, handshake: Handshake | None = None) -> tuple[Code, str]:
    """Why a handshake failed: its code, and OpenSSL's words."""
    asked = handshake is not None and handshake.asked_for_certificate
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _BY_VERIFY_CODE.get(error.verify_code, Code.CERTIFICATE_REFUSED)
        return code, str(error.verify_message).rstrip(".")
    reason = error.reason or "no reason given"
    words = reason.lower().replace("_", " ")
    if asked and reason in _REFUSED_CLIENT:
        return Code.TLS_CLIENT_CERTIFICATE_REQUIRED, words
    return _BY_REASON.get(reason, Code.TLS_HANDSHAKE_FAILED), words
