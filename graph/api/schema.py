"""The schema, and its printed form."""

from typing import Final

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    lexicographic_sort_schema,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from graph.api.extensions import EXTENSIONS
from graph.api.mutations import Mutation
from graph.api.queries import Query
from graph.api.subscriptions import Subscription
from graph.types.base.scalars import SCALARS

_DEFINITION: Final = "strawberry-definition"
"""The extension in which Strawberry keeps its own definition of a type."""


class Schema(strawberry.Schema):
    """Strawberry's schema, except that the service reports errors itself."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core's type."""
        return self._schema

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs nothing: Strawberry's log would repeat the query, and with it a password."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=EXTENSIONS,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)


def _mark_one_of(core: GraphQLSchema) -> None:
    """Marks the `@oneOf` inputs, which Strawberry leaves out of graphql-core's types.

    With the mark, the printed schema has the directive, and a refused value has its path.
    """
    for kind in core.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = kind.extensions[_DEFINITION].is_one_of


_mark_one_of(schema.core)


def printed_schema() -> str:
    """Returns the schema in SDL, sorted, so that the order in the code does not matter.

    Sorting by `StrawberryConfig(sort_schema=True)` would break the enums.
    """
    return print_schema(lexicographic_sort_schema(schema.core)) + "\n"
