"""A deadline for clients that do not read what the service sends.

Without it, such a client could keep its connection open, and its answers in memory, forever: also
after `transport.close()`, which first sends what is still unsent.
"""

import asyncio
import socket
import struct
from typing import Final

import structlog

LEAST_BYTES: Final = 65_536
"""What a client must take within the deadline, unless less is unsent."""

SHUTDOWN_SECONDS: Final = 5.0
"""The longest deadline while the service stops: a stalled client must not hold it up."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)

_log = structlog.get_logger()


class WriteDeadline:
    """The deadline of one connection. Its protocol starts and stops it.

    The transport calls the protocol's `pause_writing` once anything is unsent, and `resume_writing`
    once nothing is. Between the two, the protocol sends nothing more, so the transport's buffer
    only shrinks.

    Args:
        transport: the connection.
        seconds: the time within which the client must take `LEAST_BYTES`, or all that is unsent.
    """

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        self._seconds = seconds
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None
        if transport.get_write_buffer_size():
            # An answer on a connection that then becomes a WebSocket.
            self.start()

    def start(self) -> None:
        """Starts the deadline for what is unsent now."""
        self.stop()
        self._unsent = self._transport.get_write_buffer_size()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._seconds, self._check)

    def stop(self) -> None:
        """Stops the deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def shorten(self) -> None:
        """Shortens the deadline, because the service stops."""
        self._seconds = min(self._seconds, SHUTDOWN_SECONDS)
        if self._timer is not None:
            self.start()

    def _check(self) -> None:
        unsent = self._transport.get_write_buffer_size()
        if unsent and self._unsent - unsent < LEAST_BYTES:
            _log.info("disconnected a client that does not read", unsent_bytes=unsent)
            cut_off(self._transport)
        elif unsent:
            self.start()


def cut_off(transport: asyncio.Transport) -> None:
    """Closes a connection at once, and drops what is unsent, in the kernel as well."""
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        # Without it, the kernel would keep its part of the answer and try to send it for minutes.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def limit_unsent(listener: socket.socket, seconds: float) -> None:
    """Sets, for all connections of a listener, the same limits in the kernel, if it has them.

    The kernel also holds what the client has not read: a part of an answer, or all of a short
    answer. `TCP_NOTSENT_LOWAT` keeps that part small, so that the deadline sees a
    slow client's progress. `TCP_USER_TIMEOUT` ends a connection whose client takes nothing of it.
    """
    for option, value in (
        ("TCP_NOTSENT_LOWAT", LEAST_BYTES),
        ("TCP_USER_TIMEOUT", int(seconds * 1000)),
    ):
        number = getattr(socket, option, None)
        if number is not None:
            listener.setsockopt(socket.IPPROTO_TCP, number, value)
