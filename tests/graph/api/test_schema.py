from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    introspection_from_schema,
)

from graph.api.schema import printed_schema, schema
from tests.support.root import ROOT


def test_the_printed_schema_is_the_committed_one() -> None:
    """`schema.graphql` is what `./dev schema` prints from the code."""
    committed = (ROOT / "schema.graphql").read_text(encoding="utf-8")

    assert printed_schema() == committed


def test_everything_in_the_schema_is_described() -> None:
    """Every element of the schema has a description."""
    undescribed = _without_description(build_schema(printed_schema()))

    assert [] == undescribed


def test_one_of() -> None:
    """An input of which exactly one field must be given says so, printed and introspected."""
    printed = build_schema(printed_schema())
    introspected = build_client_schema(introspection_from_schema(schema.core))

    for core in (printed, introspected):
        marked = [
            name
            for name, kind in core.type_map.items()
            if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of
        ]
        assert ["SecretInput"] == marked


def _without_description(schema: GraphQLSchema) -> list[str]:
    undescribed = []
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        if not kind.description:
            undescribed.append(name)
        if isinstance(kind, GraphQLEnumType):
            undescribed += [
                f"{name}.{at}" for at, value in kind.values.items() if not value.description
            ]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            undescribed += [
                f"{name}.{at}" for at, field in kind.fields.items() if not field.description
            ]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            undescribed += [
                f"{name}.{at}({argument})"
                for at, field in kind.fields.items()
                for argument, what in field.args.items()
                if not what.description
            ]
    return undescribed
