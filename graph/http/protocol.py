"""uvicorn's HTTP/1.1 protocol, with timeouts for slow clients, and with refusals in JSON.

uvicorn waits for a request's head without a limit: a client that sends nothing, or one byte a
minute ("slowloris"), could keep its connection open forever. So could a client that never
finishes a body which the app does not read because its answer does not depend on it, and a client
that does not read its answer.
"""

import asyncio
from enum import Enum, auto
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from graph.http.raw_refusal import encode_refusal
from graph.http.write_deadline import WriteDeadline
from graph.refusal import bad_request


class _Awaited(Enum):
    """What the client still has to send while no app reads it."""

    HEAD = auto()
    REST_OF_BODY = auto()


class TimeoutProtocol(H11Protocol):
    """Closes a connection whose client does not send a request, or read an answer, in time.

    The rest of a body is read and discarded. If the connection were closed while the client is
    still sending, the client might never see the answer.
    """

    timeout_seconds = 10.0
    write_seconds = 30.0
    _deadline: WriteDeadline
    _awaited: _Awaited | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts to wait for the first request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._deadline = WriteDeadline(self.transport, self.write_seconds)
        self._watch()

    def pause_writing(self) -> None:
        """Starts the deadline within which the client must read."""
        super().pause_writing()
        self._deadline.start()

    def resume_writing(self) -> None:
        """Stops the deadline: everything is sent."""
        self._deadline.stop()
        super().resume_writing()

    def shutdown(self) -> None:
        """Closes the connection after its answer, which the client must then read soon."""
        super().shutdown()
        self._deadline.shorten()

    def data_received(self, data: bytes) -> None:
        """Processes received bytes, and starts or stops the timer accordingly."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Waits for the rest of the request, or for the head of a next request that has begun."""
        super().on_response_complete()
        # An idle connection has uvicorn's own keep-alive timeout.
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the timers."""
        self._wait_for(None)
        self._deadline.stop()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuses bytes that are not HTTP."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.write(encode_refusal(bad_request(msg)))
        self.transport.close()

    def _watch(self) -> None:
        if self.conn.their_state is h11.IDLE:
            self._wait_for(_Awaited.HEAD)
        elif self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE:
            self._wait_for(_Awaited.REST_OF_BODY)
        else:
            self._wait_for(None)

    def _wait_for(self, awaited: _Awaited | None) -> None:
        """Starts the timer, unless it already runs for this; None stops it."""
        if awaited is self._awaited:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._awaited = awaited
        later = self.loop.call_later
        self._timer = None if awaited is None else later(self.timeout_seconds, self.transport.close)


def http_protocol(timeout_seconds: float, write_seconds: float) -> type[TimeoutProtocol]:
    """Returns the protocol with these limits: uvicorn takes a class, without arguments."""
    limits = {"timeout_seconds": timeout_seconds, "write_seconds": write_seconds}
    return type("ConfiguredProtocol", (TimeoutProtocol,), limits)
