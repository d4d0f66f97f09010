"""What one handshake received and sent, recorded by OpenSSL's message callback."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_READ: Final = "read"
_RECORD_HEADER = 256
"""OpenSSL's pseudo content type for a record's header (SSL3_RT_HEADER)."""
_ALERT = 21
_HANDSHAKE = 22
_SERVER_HELLO = 2
_CERTIFICATE = 11
_CERTIFICATE_REQUEST = 13
_FATAL = 2


class Handshake:
    """Records one handshake.

    OpenSSL drops a chain that fails verification before the caller can read it, and a second,
    unverified connection might get a different chain. The message callback sees the Certificate
    message of this very handshake, in TLS 1.3 too.

    `alert` is the number of the fatal alert that the server sent. It is read here because Python
    gives no reason for an alert whose name it does not know. A server of TLS 1.3 judges the
    client's certificate after the handshake, so recording goes on as long as the connection.
    """

    def __init__(self) -> None:
        self.chain: tuple[bytes, ...] = ()
        self.first_bytes = b""
        self.agreed = False
        self.certificate_requested = False
        self.certificate_sent = False
        self.alert: int | None = None

    def observe(self, version: int, content_type: int, message_type: int, data: bytes) -> None:
        """Records what was received: a handshake message, an alert, or the header of a record."""
        if content_type == _RECORD_HEADER and not self.first_bytes:
            self.first_bytes = data
        if content_type == _ALERT and data[:1] == bytes([_FATAL]):
            self.alert = data[1]
        if content_type != _HANDSHAKE:
            return
        if message_type == _SERVER_HELLO:
            self.agreed = True
        if message_type == _CERTIFICATE_REQUEST:
            self.certificate_requested = True
        if message_type == _CERTIFICATE and not self.chain:
            self.chain = certificates_in(data, tls13=version >= ssl.TLSVersion.TLSv1_3)

    def observe_sent(self, version: int, content_type: int, message_type: int, data: bytes) -> None:
        """Records whether the client sent a certificate; it sends an empty list without one."""
        if content_type == _HANDSHAKE and message_type == _CERTIFICATE:
            sent = certificates_in(data, tls13=version >= ssl.TLSVersion.TLSv1_3)
            self.certificate_sent = bool(sent)


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


def watched_now() -> Handshake | None:
    """Returns the `Handshake` of the `with` block around the caller."""
    return _watching.get()
