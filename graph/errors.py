"""Errors as clients see them: each has a stable code, and none contains a secret.

Outcomes that a client should expect are members of a mutation's union. Everything else is here.
"""

import re
from collections.abc import Sequence
from typing import Final

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from graph.refusal import internal_error

ERROR_CODES: Final = {
    "GRAPHQL_PARSE_FAILED": "The query is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The query does not match the schema, or exceeds a limit.",
    "BAD_USER_INPUT": "A value has the wrong type or is out of range.",
    "UNAUTHENTICATED": "The request has no valid access token.",
    "FORBIDDEN": "The token's role does not permit this.",
    "NOT_FOUND": "Nothing exists under this id or path.",
    "RATE_LIMITED": "Too many requests: `retryAfterSeconds` says when to try again. Without it: "
    "too many operations are running on one WebSocket, and one of them has to end first.",
    "TIMED_OUT": "The operation took too long and was stopped. A change may or may not have been "
    "made. With HTTP status 503, nothing was begun.",
    "PERSISTED_QUERY_NOT_FOUND": "The service does not know this document, or accepts "
    "only documents that it knows.",
    "INTERNAL_SERVER_ERROR": "The service failed. Its log has the details under the same "
    "request id.",
    "BAD_REQUEST": "The HTTP request does not follow the GraphQL over HTTP specification.",
    "METHOD_NOT_ALLOWED": "The HTTP method is not allowed for this path or operation.",
    "NOT_ACCEPTABLE": "The service cannot answer in a media type that the client accepts.",
    "PAYLOAD_TOO_LARGE": "The body or message is too large.",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be application/json.",
}
"""Every `extensions.code`, with its meaning. `docs/errors.md` is generated from it."""

UNAUTHENTICATED_MESSAGE: Final = (
    "Send a valid access token in the header `Authorization: Bearer …`."
)

_log = structlog.get_logger()


def coded(code: str, message: str, **extensions: str | int) -> GraphQLError:
    """Returns an error with its code and any further `extensions` for programs."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def bad_input(message: str) -> GraphQLError:
    """Returns the error for an argument that cannot be accepted."""
    return coded("BAD_USER_INPUT", message)


def present_all(
    errors: Sequence[GraphQLError] | None, request_id: str, *, before_execution: bool, most: int
) -> list[GraphQLError]:
    """Returns the first `most` errors of an answer, each as a client may see it."""
    return [
        present(each, request_id, before_execution=before_execution)
        for each in (errors or ())[:most]
    ]


def present(error: GraphQLError, request_id: str, *, before_execution: bool) -> GraphQLError:
    """Returns an error as a client may see it: with a code, and without the client's input.

    Args:
        error: the error as it was raised.
        request_id: the id of the request, which the log has as well.
        before_execution: whether parsing or validation raised the error.
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
    """Returns the codes of presented errors, each once."""
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


# The library repeats values in its messages; a value may be a password in the wrong place.
_REPEATED_INPUT: Final = (
    (
        re.compile(r"([,;] found|\. Did you mean|\. Found|, but (encountered|got)).*", re.DOTALL),
        ".",
    ),
    (re.compile(r"(cannot represent (?:.*? )??value): .*", re.DOTALL), r"\1."),
    (re.compile(r"Value .* does not exist in", re.DOTALL), "Value does not exist in"),
    (re.compile(r"Unexpected (\w+) .*", re.DOTALL), r"Unexpected \1."),
    # A field's name helps to find a typo. A text that cannot be a name may be a secret instead.
    (re.compile(r"unknown field '(?![_A-Za-z]\w{0,29}'\.).*", re.DOTALL), "unknown field."),
)


def _without_input(message: str) -> str:
    for pattern, rest in _REPEATED_INPUT:
        message = pattern.sub(rest, message)
    return message
