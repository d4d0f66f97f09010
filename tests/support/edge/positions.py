"""Every position in the schema where a client may put a value, and operations that use it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

from tests.support.edge.operations import root_fields

Value: TypeAlias = Any
"""A JSON value, or a `Name`, which is written without quotes."""

_LEAST: Final = {"Int": 1, "Boolean": True, "DateTime": "2026-11-23T07:29:00Z"}


class Name(str):
    """A value that a query's text writes without quotes: an enum value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Position:
    """An argument of a root field, or a field or item inside of one.

    Attributes:
        root_field: the root field, such as `Query.node`.
        path: the argument's name, then input fields' names; `[]` is a list's item.
        place: the same for every operation with the same input type: `SecretInput.set`.
        kind: the type of the value at this position.
        types: the types of the root field's arguments.
        required: the smallest valid values of the required arguments.
    """

    root_field: str
    path: tuple[str, ...]
    place: str
    kind: GraphQLInputType = field(repr=False)
    types: Mapping[str, GraphQLInputType] = field(repr=False)
    required: Mapping[str, Value] = field(repr=False)

    @property
    def root(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.root_field.partition(".")[0].lower()

    def arguments(self, value: Value) -> dict[str, Value]:
        """The root field's arguments with a value at this position."""
        name, *inner = self.path
        return {**self.required, name: _put(self.types[name], inner, value)}


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation, as a client sends it."""

    query: str
    variables: Mapping[str, Value]


def positions(schema: GraphQLSchema) -> Iterator[Position]:
    """Every position in the schema."""
    for name, root in root_fields(schema).items():
        types = {argument: what.type for argument, what in root.args.items()}
        required = {
            argument: least(what.type)
            for argument, what in root.args.items()
            if is_required_argument(what)
        }
        for argument, kind in types.items():
            for path, place, inner in _inside((argument,), f"{name}.{argument}", kind):
                yield Position(name, path, place, inner, types, required)


def by_variables(schema: GraphQLSchema, position: Position, value: Value) -> Asked:
    """The operation with the value in its variables."""
    given = position.arguments(value)
    defined = ", ".join(f"${name}: {position.types[name]}" for name in given)
    used = ", ".join(f"{name}: ${name}" for name in given)
    return Asked(f"{position.root}({defined}) {_selecting(schema, position, used)}", given)


def by_literals(schema: GraphQLSchema, position: Position, value: Value) -> Asked:
    """The operation with the value in its text."""
    given = position.arguments(value).items()
    used = ", ".join(f"{name}: {literal(each)}" for name, each in given)
    return Asked(f"{position.root} {_selecting(schema, position, used)}", {})


def literal(value: Value) -> str:
    """A value as a literal in a query's text."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return str(value) if isinstance(value, Name) else json.dumps(value, ensure_ascii=False)


def least(kind: GraphQLInputType) -> Value:
    """The smallest valid value of a type."""
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLList):
        return []
    if isinstance(bare, GraphQLEnumType):
        return Name(next(iter(bare.values)))
    if isinstance(bare, GraphQLInputObjectType):
        fields = bare.fields.items()
        return {name: least(each.type) for name, each in fields if is_required_input_field(each)}
    return _LEAST.get(str(bare), "x")


def _selecting(schema: GraphQLSchema, position: Position, arguments: str) -> str:
    """Selects no field that would legitimately repeat the value."""
    composite = is_composite_type(get_named_type(root_fields(schema)[position.root_field].type))
    name = position.root_field.partition(".")[2]
    return f"{{ {name}({arguments}){' { __typename }' * composite} }}"


def _inside(
    path: tuple[str, ...], place: str, kind: GraphQLInputType
) -> Iterator[tuple[tuple[str, ...], str, GraphQLInputType]]:
    yield path, place, kind
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLList):
        yield from _inside((*path, "[]"), f"{place}[]", bare.of_type)
    elif isinstance(bare, GraphQLInputObjectType):
        for name, each in bare.fields.items():
            yield from _inside((*path, name), f"{bare.name}.{name}", each.type)


def _put(kind: GraphQLInputType, path: list[str], value: Value) -> Value:
    """The smallest valid value of a type, with a value at the path."""
    if not path:
        return value
    if isinstance(kind, GraphQLNonNull):
        return _put(kind.of_type, path, value)
    name, *inner = path
    if isinstance(kind, GraphQLList):
        return [_put(kind.of_type, inner, value)]
    if not isinstance(kind, GraphQLInputObjectType):
        raise TypeError("the path leads to no input field")
    return {**least(kind), name: _put(kind.fields[name].type, inner, value)}
