"""What nobody else caught: the caller gets an id, the log gets the rest, nothing else gets out."""

from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.callers.request_context import client_of
from graph.refusal import internal_error

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErrorBoundary:
    """Middleware around the routes, inside of what adds headers to every answer."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; answers it where that failed before an answer had begun."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception:
            # Where an answer has begun, returning without its end has the server cut it off, so
            # that no client takes the part for the whole.
            _log.exception("internal error")
            if scope["type"] != "http":
                raise
            if not begun:
                refusal = internal_error(client_of(HTTPConnection(scope)).request_id)
                await refusal.response()(scope, receive, send)
