"""HTTP/1.1 as uvicorn speaks it, but with an end to its patience, and refusals in JSON.

uvicorn waits for ever for a request's head: a connection that sends nothing, or one byte a minute
("slowloris"), would stay open as long as it likes.
"""

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from graph.refusal import bad_request


class BoundedProtocol(H11Protocol):
    """Closes a connection whose next request does not begin to be one in time."""

    head_seconds = 10.0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to wait for the first request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Takes what came; while it is no whole head, time runs."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._stop_watching()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP as everything is refused here: in JSON, with a code."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            refusal = bad_request(msg).response()
            body = bytes(refusal.body)
            headers = [*refusal.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def bounded(seconds: float) -> type[BoundedProtocol]:
    """The protocol with a bound, in seconds, for a request's head to arrive."""
    return type("Bounded", (BoundedProtocol,), {"head_seconds": seconds})
