"""Operations generated from the schema: one for each root field, with its required arguments."""

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

ROOTS = ("query", "mutation", "subscription")


def root_fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """The fields of the roots by their names, such as `Query.viewer`."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {
        f"{root.name}.{name}": field
        for root in roots
        if root is not None
        for name, field in root.fields.items()
    }


def operation(schema: GraphQLSchema, name: str, argument: str | None = None) -> str:
    """An operation with one root field, its required arguments and at most one more.

    Args:
        schema: the schema.
        name: the field, such as `Query.viewer`.
        argument: an optional argument to add.
    """
    root, _, field_name = name.partition(".")
    field = root_fields(schema)[name]
    given = [
        f"{each}: {literal(what)}"
        for each, what in field.args.items()
        if is_required_argument(what) or each == argument
    ]
    arguments = f"({', '.join(given)})" if given else ""
    selection = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"{root.lower()} {{ {field_name}{arguments}{selection} }}"


def literal(argument: GraphQLArgument | GraphQLInputType) -> str:
    """The smallest valid value of an input."""
    kind = argument.type if isinstance(argument, GraphQLArgument) else argument
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if is_list_type(kind):
        return "[]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        parts = [
            f"{name}: {literal(field.type)}"
            for name, field in kind.fields.items()
            if is_required_input_field(field)
        ]
        return "{" + ", ".join(parts) + "}"
    values = {"Int": "1", "Boolean": "true", "DateTime": '"2026-11-23T07:29:00Z"'}
    return values.get(str(kind), '"x"')


def types_behind(schema: GraphQLSchema, field: GraphQLField) -> set[str]:
    """The names of all objects and unions that are reachable from a field."""
    found: set[str] = set()
    waiting: list[GraphQLNamedType] = [get_named_type(field.type)]
    while waiting:
        kind = waiting.pop()
        if kind.name in found or not is_composite_type(kind):
            continue
        found.add(kind.name)
        if isinstance(kind, GraphQLObjectType):
            waiting += [get_named_type(each.type) for each in kind.fields.values()]
        else:
            waiting += schema.get_possible_types(kind)
    return found
