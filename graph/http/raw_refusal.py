"""A refusal as it goes over the wire, where no app was asked: what came is no request.

It is refused as everything is refused here: in JSON, with a code, and with the headers of every
answer.
"""

from http import HTTPStatus

from graph.callers.request_context import new_request_id, protect
from graph.refusal import HttpRefusal


def encoded(refusal: HttpRefusal) -> bytes:
    """The bytes of the answer, after which the connection is closed."""
    response = refusal.response()
    protect(response.headers, new_request_id())
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}".encode(),
        *(b": ".join(header) for header in response.raw_headers),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
