"""The scalars: instants that are never ambiguous, values as JSON, and write-only secrets."""

from datetime import UTC, datetime
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from graph.types.base.instant import EXAMPLE, parse_instant
from service.values import Secret as SecretValue

Secret = NewType("Secret", SecretValue)
Json = NewType("Json", object)


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise GraphQLError(f"A date and time is a string such as {EXAMPLE}")
    try:
        return parse_instant(value)
    except ValueError as error:
        raise GraphQLError(str(error)) from None


def _read_secret(value: object) -> SecretValue:
    if not isinstance(value, str):
        raise GraphQLError("A secret is a string")
    return SecretValue(value)


def _write_json(value: object) -> object:
    return value


def _read_json(_: object) -> object:
    raise GraphQLError("No input field has this type")


def _write_secret(_: object) -> str:
    raise TypeError("no output field has this type")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=f"A date and time (RFC 3339), such as `{EXAMPLE}`. Output is in UTC with "
        "microseconds; input needs `Z` or an offset.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="A value of any type, as JSON: a string, a number, a boolean or a list. No "
        "input field has this type.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_write_json,
        parse_value=_read_json,
    ),
    Secret: strawberry.scalar(
        name="Secret",
        description="A write-only secret, such as a password. No output field has this type, so "
        "no query can read a secret.",
        serialize=_write_secret,
        parse_value=_read_secret,
    ),
}
