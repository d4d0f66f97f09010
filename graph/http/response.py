"""The HTTP response to an operation: status, media type, headers."""

import json
from typing import Final

from starlette.responses import Response

from graph.errors import codes_of
from graph.http.accept import MediaType
from graph.operation.execution import Answer
from graph.refusal import HttpRefusal

_STATUSES: Final = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "TIMED_OUT": 200,
    "INTERNAL_SERVER_ERROR": 500,
}
VARY: Final = "Accept, Authorization, Origin"


def write_json(value: object) -> str:
    """Returns compact JSON, in ASCII."""
    return json.dumps(value, separators=(",", ":"))


def respond(answer: Answer, media_type: MediaType) -> Response:
    """Returns the response to an operation.

    As `application/json`, the status is always 200, since older clients read no answer with another
    status. As `application/graphql-response+json`, the status says whether the operation was
    executed (GraphQL over HTTP, section 6.4). A refused caller is no matter of the media type: it
    gets 401, 403, 429 or 503, which scripts and monitors look for.
    """
    status = 200 if media_type is MediaType.JSON else _status(answer)
    return Response(
        write_json(answer.formatted),
        status_code=status,
        media_type=f"{media_type}; charset=utf-8",
        headers={"Vary": VARY},
    )


def respond_refused(refusal: HttpRefusal, media_type: MediaType | None) -> Response:
    """Returns the response to a request that did not become an operation."""
    written = media_type if media_type is MediaType.GRAPHQL else MediaType.JSON
    response = refusal.response(f"{written}; charset=utf-8")
    response.headers["Vary"] = VARY
    return response


def _status(answer: Answer) -> int:
    if answer.executed:
        return 200
    return max((_STATUSES.get(each, 400) for each in codes_of(answer.errors)), default=400)
