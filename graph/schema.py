"""The schema, and its printed form."""

import strawberry
from graphql import lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from graph.errors import PresentErrors, RequireCaller
from graph.mutations import Mutation
from graph.queries import Query
from graph.scalars import SCALARS
from graph.subscriptions import Subscription

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[PresentErrors, RequireCaller],
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)


def printed_schema() -> str:
    """The schema in SDL, sorted, so that a change of order in the code changes nothing here.

    Sorting by `StrawberryConfig(sort_schema=True)` would break the enums.
    """
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"  # noqa: SLF001 (Strawberry has no public door to it)
