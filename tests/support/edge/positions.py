"""Every place of the schema where a client may put a value, and operations that put one there."""

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
"""As in JSON; besides, a `Name` stands for what is written without quotes."""

_LEAST: Final = {"Int": 1, "Boolean": True, "DateTime": "2026-11-23T07:29:00Z"}


class Name(str):
    """A value that a query's text has without quotes: an enum's."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Position:
    """An argument of a root field, or something inside of it.

    Attributes:
        root_field: the root field, such as `Query.node`.
        path: the argument's name, then input fields' names; `[]` is a list's item.
        place: the same for every operation that takes the same input: `SecretInput.set`.
        kind: the type of what stands there.
        types: the types of the root field's arguments.
        required: the arguments that it cannot do without, at their least.
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
        """The root field's arguments with a value in this place."""
        name, *inner = self.path
        return {**self.required, name: _put(self.types[name], inner, value)}


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation, as a client sends it."""

    query: str
    variables: Mapping[str, Value]


def positions(schema: GraphQLSchema) -> Iterator[Position]:
    """Every place of the schema where a value may be put."""
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
    """The operation that has the value among its variables."""
    given = position.arguments(value)
    defined = ", ".join(f"${name}: {position.types[name]}" for name in given)
    used = ", ".join(f"{name}: ${name}" for name in given)
    return Asked(f"{position.root}({defined}) {_selecting(schema, position, used)}", given)


def by_literals(schema: GraphQLSchema, position: Position, value: Value) -> Asked:
    """The operation that has the value in its text."""
    given = position.arguments(value).items()
    used = ", ".join(f"{name}: {literal(each)}" for name, each in given)
    return Asked(f"{position.root} {_selecting(schema, position, used)}", {})


def literal(value: Value) -> str:
    """A value as a query's text has it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return str(value) if isinstance(value, Name) else json.dumps(value, ensure_ascii=False)


def least(kind: GraphQLInputType) -> Value:
    """The least value that a type takes."""
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
    """The least of the answer: no field that would rightly repeat what was put in."""
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
    """The least value of a type, but for what stands at the path."""
    if not path:
        return value
    if isinstance(kind, GraphQLNonNull):
        return _put(kind.of_type, path, value)
    name, *inner = path
    if isinstance(kind, GraphQLList):
        return [_put(kind.of_type, inner, value)]
    if not isinstance(kind, GraphQLInputObjectType):
        raise TypeError("the path leads into no input")
    return {**least(kind), name: _put(kind.fields[name].type, inner, value)}
