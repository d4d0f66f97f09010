"""`docs/errors.md` lists every code that a client can get, in the code's own words."""

import re

from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema

from graph.api.schema import printed_schema
from graph.errors import ERROR_CODES
from tests.docs.tables import differences, row

DOCUMENT = "docs/errors.md"


def test_every_error_code_is_documented() -> None:
    """The table has every `extensions.code`, with its meaning."""
    expected = [row(f"`{code}`", meaning) for code, meaning in ERROR_CODES.items()]

    assert [] == differences(DOCUMENT, "Errors", expected)


def test_every_user_error_is_documented() -> None:
    """The table has every outcome of a mutation except success, with its code and meaning."""
    expected = [row(f"`{each.name}`", f"`{_code(each.name)}`", _text(each)) for each in _errors()]

    assert [] == differences(DOCUMENT, "Outcomes", expected)


def _errors() -> list[GraphQLObjectType]:
    schema = build_schema(printed_schema())
    interface = schema.type_map["UserError"]
    if not isinstance(interface, GraphQLInterfaceType):
        raise TypeError("UserError is an interface")
    return list(schema.get_implementations(interface).objects)


def _code(name: str) -> str:
    """Returns the code of an error type: `RevisionConflictError` has `REVISION_CONFLICT`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Error")).upper()


def _text(kind: GraphQLObjectType) -> str:
    return " ".join((kind.description or "").split())
