"""From an answer to an HTTP response: status, form, headers."""

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
    """Compact JSON, ASCII only."""
    return json.dumps(value, separators=(",", ":"))


def respond(answer: Answer, media_type: MediaType) -> Response:
    """The response to an operation.

    As `application/json` it is 200 whatever became of the operation, so that clients that know
    nothing else read it; as `application/graphql-response+json` the status tells (GraphQL over
    HTTP, section 6.4).
    """
    status = 200 if media_type is MediaType.JSON else _status(answer)
    return Response(
        write_json(answer.formatted),
        status_code=status,
        media_type=f"{media_type}; charset=utf-8",
        headers={"Vary": VARY},
    )


def respond_refused(refusal: HttpRefusal, media_type: MediaType | None) -> Response:
    """The response to a request that did not become an operation."""
    known = media_type if media_type is MediaType.GRAPHQL else MediaType.JSON
    response = refusal.response(f"{known}; charset=utf-8")
    response.headers["Vary"] = VARY
    return response


def _status(answer: Answer) -> int:
    if answer.executed:
        return 200
    return max((_STATUSES.get(each, 400) for each in codes_of(answer.errors)), default=400)
