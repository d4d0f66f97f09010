"""WebSockets as uvicorn speaks them, but every handshake that is none is refused, and in JSON.

uvicorn answers some of them in plain text; to others, such as one whose head is too long, it says
nothing and keeps the connection for ever.
"""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request

from graph.http.raw_refusal import encoded
from graph.refusal import HttpRefusal

_NO_HANDSHAKE: Final = HttpRefusal(
    400,
    "BAD_REQUEST",
    "This is no WebSocket handshake (RFC 6455).",
    headers={"Sec-WebSocket-Version": "13"},
)


class RefusingSocketProtocol(WebSocketsSansIOProtocol):
    """Lets nobody wait for the answer to a handshake."""

    def data_received(self, data: bytes) -> None:
        """Takes what came; the first of it is the whole handshake."""
        super().data_received(data)
        if not self.handshake_initiated:
            self._refuse()

    def handle_connect(self, event: Request) -> None:
        """Begins a connection, where the request is one for it."""
        try:
            self.conn.process_request(event)
        except InvalidHandshake:
            self._refuse()
        else:
            super().handle_connect(event)

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.handshake_initiated = self.handshake_complete = self.close_sent = True
            self.transport.write(encoded(_NO_HANDSHAKE))
            self.transport.close()
