"""TLS as a client: which certificates are trusted, what a server presented, why it was refused.

TLS 1.2 is the minimum. The chain and the host name are always verified, and no setting turns that
off: `trustedCertificates` only add trust.
"""

import asyncio
import functools
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from weakref import WeakKeyDictionary

from mail.report.codes import Code
from mail.report.failure import StageFailed

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
_CLIENT_REFUSED = ("SSLV3_ALERT_HANDSHAKE_FAILURE", "SSLV3_ALERT_BAD_CERTIFICATE")
"""Alerts that servers up to TLS 1.2 send if the client has no certificate, among other causes."""


class Handshake:
    """Records what one handshake received, by OpenSSL's message callback.

    OpenSSL drops a chain that fails verification before the caller can read it, and a second,
    unverified connection might get a different chain. The message callback sees the Certificate
    message of this very handshake, in TLS 1.3 too.
    """

    def __init__(self) -> None:
        self.chain: tuple[bytes, ...] = ()
        self.first_bytes = b""
        self.certificate_requested = False

    def observe(self, version: int, content_type: int, message_type: int, data: bytes) -> None:
        """Records what was received: a handshake message, or the header of a record."""
        if content_type == _RECORD_HEADER and not self.first_bytes:
            self.first_bytes = data
        if content_type == _HANDSHAKE and message_type == _CERTIFICATE_REQUEST:
            self.certificate_requested = True
        if content_type == _HANDSHAKE and message_type == _CERTIFICATE and not self.chain:
            self.chain = certificates_in(data, tls13=version >= ssl.TLSVersion.TLSv1_3)


def certificates_in(message: bytes, *, tls13: bool) -> tuple[bytes, ...]:
    """Returns the DER certificates of a Certificate message (RFC 5246 §7.4.2, RFC 8446 §4.4.2).

    From a truncated message it returns the complete certificates.
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


_watching: ContextVar[Handshake | None] = ContextVar("watching", default=None)


@contextmanager
def watching(handshake: Handshake) -> Iterator[None]:
    """Records in `handshake` every TLS handshake that starts inside the `with` block."""
    token = _watching.set(handshake)
    try:
        yield
    finally:
        _watching.reset(token)


class _WatchedContext(ssl.SSLContext):
    """A context that knows which `Handshake` watches each of its connections.

    Contexts are shared, because each contains all of the system's certificate authorities: about a
    megabyte, which takes some 20 ms to read. OpenSSL has one callback for a whole context, so this
    class finds the `Handshake` of each connection.
    """

    def __init__(self, _protocol: int) -> None:
        self._watched: WeakKeyDictionary[ssl.SSLObject, Handshake] = WeakKeyDictionary()
        # A private attribute of Python's `ssl`: the only access to a chain that was refused.
        self._msg_callback = self._observe

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the standard library's signature
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Starts a connection and remembers the `Handshake` that is watching now."""
        connection = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if (handshake := _watching.get()) is not None:
            self._watched[connection] = handshake
        return connection

    def _observe(  # noqa: PLR0913, PLR0917 - OpenSSL's signature
        self,
        connection: ssl.SSLObject,
        direction: str,
        version: int,
        content_type: int,
        message_type: int,
        data: bytes,
    ) -> None:
        handshake = self._watched.get(connection)
        if handshake is not None and direction == _READ:
            handshake.observe(version, content_type, message_type, data)


@functools.lru_cache(maxsize=16)
def _build_context(trusted: tuple[str, ...]) -> ssl.SSLContext:
    context = _WatchedContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and host name
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An administrator may trust any certificate of a chain: an intermediate, or the server's own.
    # The strict checks differ between Python versions, and few private authorities pass them.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if trusted:
        context.load_verify_locations(cadata="\n".join(trusted))
    return context


_building = threading.Lock()


def build_context(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """Returns a client's context that trusts the system's authorities and `trusted`, in PEM.

    The context is built once for the same `trusted`. Authorities that are added to the system
    therefore count only after a restart. Raises ssl.SSLError or ValueError if `trusted` is not PEM.
    """
    with _building:
        return _build_context(trusted)


async def context_for(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """Calls `build_context` in a thread. Raises StageFailed if `trusted` is not PEM."""
    try:
        return await asyncio.to_thread(build_context, trusted)
    except (ssl.SSLError, ValueError) as error:
        detail = "a value is not a certificate in PEM"
        raise StageFailed(Code.TRUSTED_CERTIFICATE_UNREADABLE, detail=detail) from error


def refusal_of(error: ssl.SSLError, handshake: Handshake | None = None) -> tuple[Code, str]:
    """Returns why a handshake failed: the code, and OpenSSL's reason in words."""
    requested = handshake is not None and handshake.certificate_requested
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _BY_VERIFY_CODE.get(error.verify_code, Code.CERTIFICATE_REFUSED)
        return code, str(error.verify_message).rstrip(".")
    reason = error.reason or "no reason given"
    words = reason.lower().replace("_", " ")
    if requested and reason in _CLIENT_REFUSED:
        return Code.TLS_CLIENT_CERTIFICATE_REQUIRED, words
    return _BY_REASON.get(reason, Code.TLS_HANDSHAKE_FAILED), words
