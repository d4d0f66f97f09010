from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from graph.api.schema import printed_schema
from tests.support.root import ROOT


def test_the_printed_schema_is_the_committed_one() -> None:
    """`schema.graphql` tells clients what the code does; `./dev schema` prints it anew."""
    committed = (ROOT / "schema.graphql").read_text(encoding="utf-8")

    assert printed_schema() == committed


def test_everything_in_the_schema_is_described() -> None:
    """Whoever reads the schema in a playground finds a description of every element."""
    silent = _undescribed(build_schema(printed_schema()))

    assert [] == silent


def _undescribed(schema: GraphQLSchema) -> list[str]:
    silent = []
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{at}" for at, value in kind.values.items() if not value.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            silent += [f"{name}.{at}" for at, field in kind.fields.items() if not field.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            silent += [
                f"{name}.{at}({argument})"
                for at, field in kind.fields.items()
                for argument, what in field.args.items()
                if not what.description
            ]
    return silent
