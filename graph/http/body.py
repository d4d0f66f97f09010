"""An HTTP request's body: with limits on its media type, size and duration."""

import asyncio
from typing import Final

from starlette.requests import Request

from graph.limits import Limits
from graph.refusal import HttpRefusal

_CHARSETS: Final = frozenset({"", "utf-8", "utf8"})


async def read_body(request: Request, limits: Limits) -> bytes | HttpRefusal:
    """Returns the whole body, or why it is refused.

    The bytes are counted as they arrive. `Content-Length` is only used to refuse a body early: a
    small value proves nothing.

    Raises:
        ClientDisconnect: the client disconnected before the body was complete.
    """
    wrong = _wrong_kind(request)
    if wrong is not None:
        return wrong
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and int(length[:20]) > limits.body_bytes:
        return _too_large(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    return _too_large(limits)
    except TimeoutError:
        message = f"The body did not arrive within {limits.body_seconds:g} seconds."
        return HttpRefusal(408, "TIMED_OUT", message, headers={"Connection": "close"})
    return bytes(body)


def _wrong_kind(request: Request) -> HttpRefusal | None:
    name, *parameters = request.headers.get("content-type", "").lower().split(";")
    charset = next(
        (
            value.strip().strip('"')
            for key, _, value in (each.partition("=") for each in parameters)
            if key.strip() == "charset"
        ),
        "",
    )
    if name.strip() != "application/json" or charset not in _CHARSETS:
        return _unsupported("Send the request as application/json, in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return _unsupported("Send the body without a Content-Encoding.")
    return None


def _unsupported(message: str) -> HttpRefusal:
    accepted = {"Accept-Post": "application/json", "Accept-Encoding": "identity"}
    return HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", message, headers=accepted)


def _too_large(limits: Limits) -> HttpRefusal:
    message = f"The body is larger than {limits.body_bytes} bytes."
    # The rest of the body is not read, so the connection cannot be reused.
    return HttpRefusal(413, "PAYLOAD_TOO_LARGE", message, headers={"Connection": "close"})
