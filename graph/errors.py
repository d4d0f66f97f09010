"""Errors as clients see them: each with a stable code, and none with somebody's secret.

Outcomes that a client should expect are members of a mutation's union; these are all the others.
"""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Final

import structlog
from graphql import GraphQLError, GraphQLSyntaxError, VariableDefinitionNode
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.extensions import SchemaExtension

from graph.context import Context
from service.access import TokenRefused

ERROR_CODES: Final = {
    "GRAPHQL_PARSE_FAILED": "The query is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The query does not fit the schema.",
    "BAD_USER_INPUT": "A value is of the wrong type or out of its range.",
    "UNAUTHENTICATED": "No valid access token came with the request.",
    "NOT_FOUND": "There is nothing with this id.",
    "FORBIDDEN": "The token's role does not permit this.",
    "INTERNAL_SERVER_ERROR": "The service failed; its log tells more under the same request id.",
    "BAD_REQUEST": "The HTTP request is not one that GraphQL over HTTP knows.",
    "METHOD_NOT_ALLOWED": "The HTTP method does not go with this operation.",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be application/json.",
}
"""Every `extensions.code` there is; the documentation is held to it."""

_log = structlog.get_logger()


def coded(code: str, message: str) -> GraphQLError:
    """An error with its code."""
    return GraphQLError(message, extensions={"code": code})


def bad_input(message: str) -> GraphQLError:
    """An argument that cannot be taken."""
    return coded("BAD_USER_INPUT", message)


class RequireCaller(SchemaExtension):
    """No token, no data: not even the schema."""

    def on_operation(self) -> Iterator[None]:
        """Refuses the operation before it is parsed."""
        context: Context = self.execution_context.context
        if isinstance(context.identity, TokenRefused):
            raise coded(
                "UNAUTHENTICATED",
                "Send a valid access token in the header `Authorization: Bearer plg_…`.",
            )
        yield

    def on_execute(self) -> Iterator[None]:
        """Notes the operation's name, now that it is known, for the trail."""
        context: Context = self.execution_context.context
        context.name_operation(self.execution_context.operation_name)
        yield


class _ValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """The standard rule; a wrong value is the user's input, wherever it stands."""

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
        super().report_error(error)


class PresentErrors(SchemaExtension):
    """Gives every error its code; masks what is internal, cuts out what repeats an input."""

    def on_validate(self) -> Iterator[None]:
        """Tells wrong values from wrong queries."""
        self.execution_context.validation_rules = tuple(
            _ValuesOfCorrectType if rule is ValuesOfCorrectTypeRule else rule
            for rule in self.execution_context.validation_rules
        )
        yield

    async def on_operation(self) -> AsyncIterator[None]:
        """Looks through the errors once the operation has ended."""
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if errors:
            before_execution = bool(self.execution_context.pre_execution_errors)
            context: Context = self.execution_context.context
            errors[:] = [present(error, context.request_id, before_execution) for error in errors]


def present(error: GraphQLError, request_id: str, before_execution: bool) -> GraphQLError:  # noqa: FBT001 (a fact, not a mode)
    """An error as a client may see it.

    Args:
        error: as it was raised.
        request_id: what the log knows this request by.
        before_execution: whether it is one of parsing or validation.
    """
    original = error.original_error
    if error.extensions and "code" in error.extensions:
        code = str(error.extensions["code"])
    elif isinstance(error, GraphQLSyntaxError):
        code = "GRAPHQL_PARSE_FAILED"
    elif original is not None and not isinstance(original, GraphQLError):
        return _masked(error, original, request_id)
    elif before_execution and not _is_about_a_value(error):
        code = "GRAPHQL_VALIDATION_FAILED"
    else:
        code = "BAD_USER_INPUT"
    return GraphQLError(
        _without_input(error.message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code},
    )


def _is_about_a_value(error: GraphQLError) -> bool:
    if error.message.startswith("OneOf Input Object"):
        return True
    return any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ())


def _masked(error: GraphQLError, original: Exception, request_id: str) -> GraphQLError:
    _log.error("internal error", path=error.path, request_id=request_id, exc_info=original)
    return GraphQLError(
        f"Something went wrong here, not with you. The service's log has it under {request_id}.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL_SERVER_ERROR", "correlationId": request_id},
    )


# The library repeats values in its messages; one may be a password in the wrong place.
_REPEATED_INPUT: Final = (
    (
        re.compile(r"([,;] found|\. Did you mean|\. Found|, but (encountered|got)).*", re.DOTALL),
        ".",
    ),
    (re.compile(r"(cannot represent .*? value): .*", re.DOTALL), r"\1."),
    (re.compile(r"Value .* does not exist in", re.DOTALL), "Value does not exist in"),
    (re.compile(r"Unexpected (\w+) .*", re.DOTALL), r"Unexpected \1."),
)


def _without_input(message: str) -> str:
    for pattern, rest in _REPEATED_INPUT:
        message = pattern.sub(rest, message)
    return message
