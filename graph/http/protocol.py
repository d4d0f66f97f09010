"""HTTP/1.1 as uvicorn speaks it, but with an end to its patience, and refusals in JSON.

uvicorn waits for ever for a request's head: a connection that sends nothing, or one byte a minute
("slowloris"), would stay open as long as it likes. So would one whose body nobody reads, because
the answer did not depend on it.
"""

import asyncio
from enum import Enum, auto
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from graph.http.raw_refusal import encoded
from graph.refusal import bad_request


class _Owed(Enum):
    """What a client is to send that no app waits for."""

    HEAD = auto()
    REST_OF_BODY = auto()


class BoundedProtocol(H11Protocol):
    """Closes a connection that does not send in time what it owes.

    The rest of a body is waited for, and thrown away, because a client that is still sending when
    its connection is closed may never see the answer.
    """

    owed_seconds = 10.0
    _owed: _Owed | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to wait for the first request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Takes what came; while it is not all that is owed, time runs."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Waits for what is left of the request, and for the one after it where that has begun."""
        super().on_response_complete()
        # A connection that says nothing has uvicorn's own time-out.
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._wait_for(None)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.write(encoded(bad_request(msg)))
        self.transport.close()

    def _watch(self) -> None:
        if self.conn.their_state is h11.IDLE:
            self._wait_for(_Owed.HEAD)
        elif self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE:
            self._wait_for(_Owed.REST_OF_BODY)
        else:
            self._wait_for(None)

    def _wait_for(self, owed: _Owed | None) -> None:
        """Sets the clock, unless it runs for this already."""
        if owed is self._owed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._owed = owed
        later = self.loop.call_later
        self._timer = None if owed is None else later(self.owed_seconds, self.transport.close)


def bounded(seconds: float) -> type[BoundedProtocol]:
    """The protocol with a bound, in seconds, for what a client owes."""
    return type("Bounded", (BoundedProtocol,), {"owed_seconds": seconds})
