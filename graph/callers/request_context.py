"""Gives each request an id and a client, and each response its security headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.callers.proxies import CallOrigin, Network, origin_of
from service.process import Client

MAX_HEADER: Final = 500
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Middleware around the whole app."""

    app: ASGIApp
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sets the request's client, and adds headers to its response."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        client = self._client(scope)
        scope.setdefault("state", {})["client"] = client

        async def send_with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                protect(MutableHeaders(scope=message), client.request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=client.request_id):
            await self.app(scope, receive, send_with_headers)

    def _client(self, scope: Scope) -> Client:
        headers = Headers(scope=scope)
        peer = scope.get("client")
        origin = origin_of(
            None if peer is None else peer[0],
            headers.getlist("x-forwarded-for"),
            self.trusted_proxies,
        )
        user_agent = headers.get("user-agent")
        return Client(
            ip=origin.ip,
            ip_source=origin.source,
            user_agent=None if user_agent is None else _as_text(user_agent)[:MAX_HEADER],
            request_id=_request_id(headers, origin),
            operation=None,
        )


def _as_text(header: str) -> str:
    """Decodes a header that is UTF-8: Starlette reads headers as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def protect(headers: MutableHeaders, request_id: str) -> None:
    """Adds the request's id to a response, and the security headers that it does not set itself."""
    for name, value in _SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = request_id


def client_of(connection: HTTPConnection) -> Client:
    """Returns the client that the middleware has set."""
    client: Client = connection.state.client
    return client


def _request_id(headers: Headers, origin: CallOrigin) -> str:
    """Returns a trusted proxy's id, so that both logs can be matched, or else a new one."""
    given = headers.get("x-request-id", "")
    if origin.trusted_peer and _REQUEST_ID.fullmatch(given):
        return given
    return new_request_id()


def new_request_id() -> str:
    """Returns a unique id."""
    return uuid4().hex
