"""Contexts of TLS clients.

TLS 1.2 is the minimum. The chain and the host name are always verified, and no setting turns that
off: `trustedCertificates` only add trust.
"""

import asyncio
import functools
import ssl
import threading
from enum import StrEnum
from typing import Final
from weakref import WeakKeyDictionary

from mail.network.tls.client_certificate import ClientCertificate, load
from mail.network.tls.handshake import Handshake, watched_now
from mail.report.codes import Code
from mail.report.failure import StageFailed

_READ: Final = "read"


class TlsUse(StrEnum):
    """The protocol that a context is for.

    Libraries for HTTP change the context that they are given: they set the protocol that every
    later handshake offers (ALPN). Some mail servers refuse a client that offers `http/1.1`, so a
    context for HTTP is never used for anything else, nor a second time.
    """

    SMTP = "SMTP"
    HTTP = "HTTP"


class _WatchedContext(ssl.SSLContext):
    """A context that knows which `Handshake` watches each of its connections.

    OpenSSL has one callback for a whole context, and contexts for SMTP are shared, so this class
    finds the `Handshake` of each connection.
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
        if (handshake := watched_now()) is not None:
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
        if handshake is not None:
            observe = handshake.observe if direction == _READ else handshake.observe_sent
            observe(version, content_type, message_type, data)


def _build_context(
    trusted: tuple[str, ...], client: ClientCertificate | None = None
) -> ssl.SSLContext:
    context = _WatchedContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and host name
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An administrator may trust any certificate of a chain: an intermediate, or the server's own.
    # The strict checks differ between Python versions, and few private authorities pass them.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if trusted:
        _trust(context, trusted)
    if client is not None:
        load(context, client)
    return context


def _trust(context: ssl.SSLContext, trusted: tuple[str, ...]) -> None:
    try:
        context.load_verify_locations(cadata="\n".join(trusted))
    except (ssl.SSLError, ValueError) as error:
        detail = "a value is not a certificate in PEM"
        raise StageFailed(Code.TRUSTED_CERTIFICATE_UNREADABLE, detail=detail) from error


_shared_context = functools.lru_cache(maxsize=16)(_build_context)
_building = threading.Lock()


def _context(
    trusted: tuple[str, ...], use: TlsUse, client: ClientCertificate | None
) -> ssl.SSLContext:
    if use is TlsUse.HTTP or client is not None:
        return _build_context(trusted, client)
    with _building:
        return _shared_context(trusted)


async def context_for(
    trusted: tuple[str, ...], *, use: TlsUse, client: ClientCertificate | None = None
) -> ssl.SSLContext:
    """Returns a client's context that trusts the system's authorities and `trusted`, in PEM.

    A context contains all of the system's authorities: about a megabyte, which takes some 20 ms to
    read, so that it is built in a thread. Contexts for SMTP are built once for the same `trusted`,
    and must not be passed to a library that changes them. Authorities that are added to the system
    count for them only after a restart. A context with a client's key is never kept.

    Raises StageFailed if `trusted` or `client` cannot be read.
    """
    return await asyncio.to_thread(_context, trusted, use, client)
