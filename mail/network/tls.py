"""TLS as a client: what is trusted, what was presented, and why it was refused.

TLS 1.2 is the least, the chain and the host name are always verified, and nothing here can switch
that off: `trustedCertificates` only add trust.
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

    def observe(self, version: int, content_type: int, message_type: int, data: bytes) -> None:
        """Note what came in: a message, or the header of a record."""
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


_watching: ContextVar[Handshake | None] = ContextVar("watching", default=None)


@contextmanager
def watching(handshake: Handshake) -> Iterator[None]:
    """Whatever handshake is begun in here is told to `handshake`."""
    token = _watching.set(handshake)
    try:
        yield
    finally:
        _watching.reset(token)


class _WatchedContext(ssl.SSLContext):
    """A context that knows, of each of its connections, who watches the handshake.

    Contexts are shared because each holds all of the system's authorities: a megabyte, and some
    20 ms to read. OpenSSL's callback belongs to the context, so connections are told apart here.
    """

    def __init__(self, _protocol: int) -> None:
        self._watched: WeakKeyDictionary[ssl.SSLObject, Handshake] = WeakKeyDictionary()
        self._msg_callback = self._tell  # the only way to a chain that was refused

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the standard library's signature
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Begin a connection, watched by whoever is watching now."""
        connection = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if (handshake := _watching.get()) is not None:
            self._watched[connection] = handshake
        return connection

    def _tell(  # noqa: PLR0913, PLR0917 - OpenSSL's signature
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
    # What is trusted by name is trusted as it stands, an intermediate or a server's own certificate
    # included. Strictness differs between Python's versions; private authorities rarely pass it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if trusted:
        context.load_verify_locations(cadata="\n".join(trusted))
    return context


_one_builds = threading.Lock()


def build_context(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """A client's context that trusts the system's authorities and `trusted`, in PEM, besides.

    Built once for the same trust: authorities added to the system count after a restart. Raises
    ssl.SSLError or ValueError where `trusted` is not PEM.
    """
    with _one_builds:
        return _build_context(trusted)


async def context_for(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """`build_context`, in a thread. Raises StageFailed where `trusted` is not PEM."""
    try:
        return await asyncio.to_thread(build_context, trusted)
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
