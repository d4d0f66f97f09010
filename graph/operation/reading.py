"""Reading an operation: its document is parsed, measured against the limits, and validated."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from graph.errors import coded
from graph.limits import Limits
from graph.operation.cost import over_cost
from graph.operation.document_hash import document_hash
from graph.operation.request import GraphQLRequest
from graph.operation.selections import excess, fragments_of, roots_of

CACHED_TEXTS: Final = 256
_CACHED_LENGTH: Final = 10_000
_VALIDATION_ERRORS: Final = 5
"""Validation ends after so many errors, so that a short wrong text causes little work and a short
answer: a name that is wrong ten times would otherwise be ten errors."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to be executed. `hash` identifies its document in the log."""

    request: GraphQLRequest
    document: DocumentNode
    definition: OperationDefinitionNode
    hash: str

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.definition.operation

    @property
    def name(self) -> str | None:
        """The operation's name in the document, if it has one."""
        return None if self.definition.name is None else self.definition.name.value

    def selects(self, field: str) -> bool:
        """Returns whether the operation selects a root field, directly or through fragments."""
        return field in roots_of(self.definition.selection_set, fragments_of(self.document))


@dataclass(frozen=True, slots=True)
class Rejected:
    """What is wrong with a request, found before any of it was executed."""

    errors: Sequence[GraphQLError]


Read: TypeAlias = "_Text | Rejected"


@dataclass(frozen=True, slots=True)
class _Text:
    document: DocumentNode
    errors: Sequence[GraphQLError]
    hash: str


class _AboutValues(ValidationRule):
    """A rule about values: its errors are reported as BAD_USER_INPUT, like those of variables."""

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
        super().report_error(error)


class _ValuesOfCorrectType(_AboutValues, ValuesOfCorrectTypeRule):
    pass


class _MaybeNull(_AboutValues, MaybeNullValidationRule):
    pass


_RULES: Final = (
    *(
        _ValuesOfCorrectType if each is ValuesOfCorrectTypeRule else each
        for each in specified_rules
    ),
    _MaybeNull,
)


class OperationReader:
    """Reads operations, and caches what it finds out about their texts.

    A text that contains a string is not cached, because the string may be a password.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._read_cached = lru_cache(CACHED_TEXTS)(self._read)

    def read(self, request: GraphQLRequest) -> Operation | Rejected:
        """Returns the operation in a request, or what is wrong with the request."""
        query = request.query or ""
        cacheable = len(query) <= _CACHED_LENGTH and '"' not in query
        text = self._read_cached(query) if cacheable else self._read(query)
        if isinstance(text, Rejected):
            return text
        definition = _chosen(text.document, request.operation_name)
        if isinstance(definition, GraphQLError):
            return Rejected([definition])
        if text.errors:
            return Rejected(text.errors)
        costly = over_cost(text.document, definition, request.variables, self._limits)
        if costly is not None:
            return Rejected([costly])
        return Operation(request, text.document, definition, text.hash)

    def _read(self, query: str) -> Read:
        try:
            document = parse(query, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            return Rejected([error])
        errors = excess(document, self._limits) or self._invalid(document)
        return _Text(document, errors, "" if errors else document_hash(document))

    def _invalid(self, document: DocumentNode) -> Sequence[GraphQLError]:
        return validate(
            self._schema,
            document,
            _RULES,
            max_errors=min(self._limits.errors, _VALIDATION_ERRORS),
            hide_suggestions=True,
        )


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode | GraphQLError:
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    if name is not None:
        operations = [each for each in operations if each.name and each.name.value == name]
    if len(operations) == 1:
        return operations[0]
    return coded(
        "GRAPHQL_VALIDATION_FAILED",
        "Set `operationName` to the name of one of the query's operations."
        if name is not None or operations
        else "The query has no operation.",
    )
