"""The WebSocket endpoint: which pages may connect, and with which subprotocol."""

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http.websocket_origin import (
    is_same_origin,
    normalize_allowed_origins,
    normalize_origin,
)

from graph.operation.edge import Edge
from graph.refusal import HttpRefusal
from graph.ws.connection import INIT_SECONDS, Connection
from graph.ws.messages import PROTOCOL, Close


class SocketEndpoint:
    """Accepts connections from this service's pages, from listed origins, and from programs."""

    def __init__(
        self, edge: Edge, origins: Sequence[str] = (), init_seconds: float = INIT_SECONDS
    ) -> None:
        self._edge = edge
        self._origins = normalize_allowed_origins(origins)
        self._init_seconds = init_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection to its end."""
        socket = WebSocket(scope, receive, send)
        if not self._may_connect(socket):
            self._edge.observers.refusal("FORBIDDEN")
            message = "Pages of this origin may not connect: see POSTLEDGER_CORS_ORIGINS."
            await deny(socket, HttpRefusal(403, "FORBIDDEN", message))
            return
        offered: Sequence[str] = scope["subprotocols"]
        await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        if PROTOCOL not in offered:
            await socket.close(Close.BAD_PROTOCOL, f"The subprotocol is {PROTOCOL}.")
            return
        await Connection(self._edge, socket, self._init_seconds).serve()

    def _may_connect(self, socket: WebSocket) -> bool:
        """Checks the page's origin, since browsers let any page open a WebSocket."""
        origin = socket.headers.get("origin")
        if origin is None or is_same_origin(origin, socket.headers.get("host")):
            return True
        return normalize_origin(origin) in self._origins


async def deny(socket: WebSocket, refusal: HttpRefusal) -> None:
    """Refuses a connection during its handshake, with a full response if the server can."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(refusal.response())
    else:
        # The client sees only HTTP status 403.
        await socket.close()
