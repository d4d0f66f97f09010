"""The head of a request: ambiguous heads are refused, and absolute targets are accepted."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from graph.refusal import HttpRefusal, bad_request

_Header = tuple[bytes, bytes]

_ONCE: Final = frozenset({b"authorization", b"content-type", b"host", b"origin"})
"""Headers with a single value. Which of two values counts would depend on the reader."""

_ABSOLUTE: Final = re.compile(rb"https?://([^/@]+)(/.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """Middleware that checks the head of each request, and passes it on in its usual form."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it and closes the connection."""
        refusal = _ambiguous(scope) if scope["type"] in {"http", "websocket"} else None
        if refusal is None:
            await self.app(_with_path(scope), receive, send)
        else:
            await refusal.response()(scope, receive, send)


def _ambiguous(scope: Scope) -> HttpRefusal | None:
    """Returns the refusal of a head that another server could read in another way.

    Behind a proxy that reads it so, the rest of the connection could be another client's request
    (request smuggling: RFC 9112, section 11.2).
    """
    headers: Sequence[_Header] = scope["headers"]
    counts = Counter(name.lower() for name, _ in headers)
    repeated = sorted(name.decode() for name in _ONCE if counts[name] > 1)
    if repeated:
        return _closing(f"Send the header {repeated[0]} once.")
    if b"transfer-encoding" in counts:
        if b"content-length" in counts:
            return _closing("Send either Content-Length or Transfer-Encoding (RFC 9112, 6.1).")
        if scope["http_version"] == "1.0":
            return _closing("HTTP/1.0 has no Transfer-Encoding (RFC 9112, 6.1).")
    return None


def _closing(message: str) -> HttpRefusal:
    refusal = bad_request(message)
    return HttpRefusal(
        refusal.status, refusal.code, refusal.message, headers={"Connection": "close"}
    )


def _with_path(scope: Scope) -> Scope:
    """Returns a request for an absolute target as the same request for its path.

    A server must accept such targets, and take the host from them (RFC 9112, section 3.2.2).
    """
    absolute = _ABSOLUTE.fullmatch(scope.get("raw_path") or b"")
    if absolute is None:
        return scope
    host, path = absolute[1], absolute[2] or b"/"
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    return {
        **scope,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "headers": [(b"host", host), *others],
    }
