"""Uncaught exceptions: the client gets an id, and only the log gets the details."""

from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.callers.request_context import client_of
from graph.refusal import internal_error

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErrorBoundary:
    """Middleware around the routes, inside the middleware that adds headers to every answer."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on. If that fails before an answer begins, answers with status 500."""
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
            # If an answer has begun, this returns without ending it. The server then closes the
            # connection, so that no client mistakes a partial answer for a complete one.
            _log.exception("internal error")
            if scope["type"] != "http":
                raise
            if not begun:
                refusal = internal_error(client_of(HTTPConnection(scope)).request_id)
                await refusal.response()(scope, receive, send)
