"""The schema, and its printed form."""

import strawberry
from graphql import GraphQLError, GraphQLSchema, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from graph.api.extensions import EXTENSIONS
from graph.api.mutations import Mutation
from graph.api.queries import Query
from graph.api.subscriptions import Subscription
from graph.types.base.scalars import SCALARS


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


def printed_schema() -> str:
    """Returns the schema in SDL, sorted, so that the order in the code does not matter.

    Sorting by `StrawberryConfig(sort_schema=True)` would break the enums.
    """
    return print_schema(lexicographic_sort_schema(schema.core)) + "\n"
