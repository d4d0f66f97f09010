"""uvicorn's WebSocket protocol, except that every malformed handshake is refused, in JSON.

uvicorn answers some malformed handshakes in plain text. To others, such as a handshake whose head
is too long, it sends no answer and keeps the connection open forever.
"""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request

from graph.http.raw_refusal import encode_refusal
from graph.refusal import HttpRefusal

_BAD_HANDSHAKE: Final = HttpRefusal(
    400,
    "BAD_REQUEST",
    "This is not a valid WebSocket handshake (RFC 6455).",
    headers={"Sec-WebSocket-Version": "13"},
)


class RefusingSocketProtocol(WebSocketsSansIOProtocol):
    """Answers every handshake, including malformed ones."""

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
