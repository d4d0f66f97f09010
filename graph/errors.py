"""Errors as clients see them: each with a stable code, and none with somebody's secret.

Outcomes that a client should expect are members of a mutation's union; these are all the others.
"""

import re
from collections.abc import Sequence
from typing import Final

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from graph.refusal import internal_error

ERROR_CODES: Final = {
    "GRAPHQL_PARSE_FAILED": "The query is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The query does not fit the schema, or asks for too much.",
    "BAD_USER_INPUT": "A value is of the wrong type or out of its range.",
    "UNAUTHENTICATED": "No valid access token came with the request.",
    "FORBIDDEN": "The token's role does not permit this.",
    "NOT_FOUND": "There is nothing under this id or path.",
    "RATE_LIMITED": "Too many requests: `retryAfterSeconds` says when to come back. Without it: "
    "too many operations are under way on one WebSocket, and one has to end first.",
    "TIMED_OUT": "It took too long and was given up. A change may or may not have been made; "
    "as HTTP's 503 it is told before anything is begun.",
    "PERSISTED_QUERY_NOT_FOUND": "The service does not know this document, or takes no other.",
    "INTERNAL_SERVER_ERROR": "The service failed; its log tells more under the same request id.",
    "BAD_REQUEST": "The HTTP request is not one that GraphQL over HTTP knows.",
    "METHOD_NOT_ALLOWED": "The HTTP method does not go with this operation.",
    "NOT_ACCEPTABLE": "The service has no answer in a form that the client takes.",
    "PAYLOAD_TOO_LARGE": "The body or message is too large.",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be application/json.",
}
"""Every `extensions.code` there is; the documentation is held to it."""

UNAUTHENTICATED_MESSAGE: Final = (
    "Send a valid access token in the header `Authorization: Bearer …`."
)

_log = structlog.get_logger()


def coded(code: str, message: str, **extensions: str | int) -> GraphQLError:
    """An error with its code, and with what else a program should know."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def bad_input(message: str) -> GraphQLError:
    """An argument that cannot be taken."""
    return coded("BAD_USER_INPUT", message)


def present_all(
    errors: Sequence[GraphQLError] | None, request_id: str, *, before_execution: bool, most: int
) -> list[GraphQLError]:
    """The first `most` of an answer's errors, each as a client may see it."""
    return [
        present(each, request_id, before_execution=before_execution)
        for each in (errors or ())[:most]
    ]


def present(error: GraphQLError, request_id: str, *, before_execution: bool) -> GraphQLError:
    """An error as a client may see it.

    Args:
        error: as it was raised.
        request_id: what the log knows this request by.
        before_execution: whether it is one of parsing or validation.
    """
    original = error.original_error
    if error.extensions and error.extensions.get("code") in ERROR_CODES:
        extensions = {**error.extensions}
    elif isinstance(error, GraphQLSyntaxError):
        extensions = {"code": "GRAPHQL_PARSE_FAILED"}
    elif original is not None and not isinstance(original, GraphQLError):
        return _masked(error, original, request_id)
    elif before_execution:
        extensions = {"code": "GRAPHQL_VALIDATION_FAILED"}
    else:
        extensions = {"code": "BAD_USER_INPUT"}
    return GraphQLError(
        _without_input(error.message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def codes_of(errors: Sequence[GraphQLError]) -> list[str]:
    """The codes of presented errors, each once."""
    return sorted({str((each.extensions or {}).get("code")) for each in errors})


def _masked(error: GraphQLError, original: Exception, request_id: str) -> GraphQLError:
    _log.error("internal error", path=error.path, request_id=request_id, exc_info=original)
    failure = internal_error(request_id)
    return GraphQLError(
        failure.message,
        nodes=error.nodes,
        path=error.path,
        extensions={"code": failure.code, **failure.extensions},
    )


# The library repeats values in its messages; one may be a password in the wrong place.
_REPEATED_INPUT: Final = (
    (
        re.compile(r"([,;] found|\. Did you mean|\. Found|, but (encountered|got)).*", re.DOTALL),
        ".",
    ),
    (re.compile(r"(cannot represent (?:.*? )??value): .*", re.DOTALL), r"\1."),
    (re.compile(r"Value .* does not exist in", re.DOTALL), "Value does not exist in"),
    (re.compile(r"Unexpected (\w+) .*", re.DOTALL), r"Unexpected \1."),
    # A field's name helps to find a slip; what is none is no slip of that kind.
    (re.compile(r"unknown field '(?![_A-Za-z]\w{0,29}'\.).*", re.DOTALL), "unknown field."),
)


def _without_input(message: str) -> str:
    for pattern, rest in _REPEATED_INPUT:
        message = pattern.sub(rest, message)
    return message
