"""uvicorn's WebSocket protocol, with a deadline for clients that do not read.

Every malformed handshake is refused, in JSON.

uvicorn answers some malformed handshakes in plain text. To others, such as a handshake whose head
is too long, it sends no answer and keeps the connection open forever.
"""

import asyncio
from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request

from graph.http.raw_refusal import encode_refusal
from graph.http.write_deadline import WriteDeadline
from graph.refusal import HttpRefusal

_BAD_HANDSHAKE: Final = HttpRefusal(
    400,
    "BAD_REQUEST",
    "This is not a valid WebSocket handshake (RFC 6455).",
    headers={"Sec-WebSocket-Version": "13"},
)


class RefusingSocketProtocol(WebSocketsSansIOProtocol):
    """Answers every handshake, including malformed ones."""

    write_seconds = 30.0
    _deadline: WriteDeadline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts to wait for the handshake."""
        super().connection_made(transport)
        self._deadline = WriteDeadline(self.transport, self.write_seconds)

    def pause_writing(self) -> None:
        """Starts the deadline within which the client must read."""
        super().pause_writing()
        self._deadline.start()

    def resume_writing(self) -> None:
        """Stops the deadline: everything is sent."""
        self._deadline.stop()
        super().resume_writing()

    def handle_ping(self) -> None:
        """Answers a ping, unless the client does not read (RFC 6455, section 5.5.3).

        Otherwise, a client that sends pings and reads nothing could fill the memory with answers.
        """
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    async def send(self, message: ASGISendEvent) -> None:
        """Sends an answer of the app.

        After a refusal, the handshake is complete: uvicorn would log an error, and any client could
        fill the log with it.
        """
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def shutdown(self) -> None:
        """Closes the connection; the client must read soon what was sent before."""
        super().shutdown()
        self._deadline.shorten()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the deadline."""
        self._deadline.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Processes received bytes; the first ones must be the whole handshake."""
        super().data_received(data)
        if not self.handshake_initiated:
            self._refuse()

    def handle_connect(self, event: Request) -> None:
        """Begins a connection if the request is a valid handshake, and refuses it otherwise."""
        try:
            self.conn.process_request(event)
        except InvalidHandshake:
            self._refuse()
        else:
            super().handle_connect(event)

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.handshake_initiated = self.handshake_complete = self.close_sent = True
            self.transport.write(encode_refusal(_BAD_HANDSHAKE))
            self.transport.close()


def socket_protocol(write_seconds: float) -> type[RefusingSocketProtocol]:
    """Returns the protocol with this limit: uvicorn takes a class, without arguments."""
    return type("ConfiguredProtocol", (RefusingSocketProtocol,), {"write_seconds": write_seconds})
