"""The scalars: instants that are never ambiguous, and secrets that only go in."""

from datetime import UTC, datetime
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from graph.types.base.instant import EXAMPLE, parse_instant
from service.values import Secret as SecretValue

Secret = NewType("Secret", SecretValue)


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise GraphQLError(f"An instant is a string such as {EXAMPLE}")
    try:
        return parse_instant(value)
    except ValueError as error:
        raise GraphQLError(str(error)) from None


def _read_secret(value: object) -> SecretValue:
    if not isinstance(value, str):
        raise GraphQLError("A secret is a string")
    return SecretValue(value)


def _write_secret(_: object) -> str:
    raise TypeError("no output has this type")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=f"An instant: RFC 3339, UTC, microseconds (`{EXAMPLE}`). "
        "A value without an offset is refused.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    Secret: strawberry.scalar(
        name="Secret",
        description="A secret on its way in. No output field has this type, so no query can read "
        "one back.",
        serialize=_write_secret,
        parse_value=_read_secret,
    ),
}
