"""A refusal as bytes, for input that never reaches the app because it is not a valid request.

It looks like every other refusal: JSON with a code, and the headers of every answer.
"""

from http import HTTPStatus

from graph.callers.request_context import new_request_id, protect
from graph.refusal import HttpRefusal


def encode_refusal(refusal: HttpRefusal) -> bytes:
    """Returns the bytes of the answer, which announces that the connection is closed after it."""
    response = refusal.response()
    protect(response.headers, new_request_id())
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}".encode(),
        *(b": ".join(header) for header in response.raw_headers),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
