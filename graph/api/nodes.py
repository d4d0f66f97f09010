"""Fetching any object by its global id (Relay's `node`).

The query returns null without an error if an id is unknown, malformed, or of an object that the
caller may not read, so that a caller cannot find out which objects exist. An attempt to read an
object without permission is recorded in the audit trail.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, NamedTuple

import strawberry

from graph.api.permissions import permits
from graph.types.access import AccessTokenType
from graph.types.base.common import Node
from graph.types.base.context import Info
from graph.types.base.ids import read_id
from graph.types.email_tests import EmailTestType
from graph.types.revision import EmailSettingsRevision
from graph.types.settings import IN_FORCE, EmailSettings
from graph.types.trail import AuditEvent
from service.access import access_token
from service.email_tests import email_test
from service.process import MAX_NUMBER, Permission
from service.settings import email_settings, email_settings_revision, revision
from service.trail import audit_event


class NodeKind(NamedTuple):
    """A type of node: the permission that reading it requires, and how to fetch it by its key."""

    permission: Permission
    fetch: Callable[[Info, str], Awaitable[Node | None]]


async def _settings(info: Info, key: str) -> EmailSettings | None:
    runtime = info.context.runtime
    if key == IN_FORCE:
        current = await email_settings(runtime)
        return None if current is None else EmailSettings.in_force(current)
    number = _number(key)
    # Reading the settings as of a revision takes the permission to read the audit trail.
    if number is None or not permits(info, Permission.READ_TRAIL):
        return None
    earlier = await email_settings_revision(runtime, number)
    return None if earlier is None else EmailSettings.of_revision(earlier)


async def _revision(info: Info, key: str) -> EmailSettingsRevision | None:
    number = _number(key)
    found = None if number is None else await revision(info.context.runtime, number)
    return None if found is None else EmailSettingsRevision.of(found)


async def _test(info: Info, key: str) -> EmailTestType | None:
    found = await email_test(info.context.runtime, _text(key))
    return None if found is None else EmailTestType.of(found)


async def _event(info: Info, key: str) -> AuditEvent | None:
    number = _number(key)
    found = None if number is None else await audit_event(info.context.runtime, number)
    return None if found is None else AuditEvent.of(found)


async def _token(info: Info, key: str) -> AccessTokenType | None:
    found = await access_token(info.context.runtime, _text(key))
    return None if found is None else AccessTokenType.of(found)


KINDS: Final = {
    "EmailSettings": NodeKind(Permission.READ_SETTINGS, _settings),
    "EmailSettingsRevision": NodeKind(Permission.READ_TRAIL, _revision),
    "TestEmail": NodeKind(Permission.READ_SETTINGS, _test),
    "AuditEvent": NodeKind(Permission.READ_TRAIL, _event),
    "AccessToken": NodeKind(Permission.MANAGE_TOKENS, _token),
}
"""Every type that implements `Node`, by its name in the schema."""


@strawberry.type(description="The query that fetches any object by its ID.")
class NodeQueries:
    """The query root's field `node`."""

    @strawberry.field(
        description="Fetches an object by its global ID. Null if the ID is unknown or malformed, "
        "or if the caller may not read the object."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The object's global ID.")],
    ) -> Node | None:
        """Returns the object with an id, if the caller may read it."""
        named = read_id(id)
        kind = None if named is None else KINDS.get(named.type_name)
        if named is None or kind is None or not permits(info, kind.permission):
            return None
        return await kind.fetch(info, named.key)


def _number(key: str) -> int | None:
    if not (key.isascii() and key.isdecimal()) or len(key) > len(str(MAX_NUMBER)):
        return None
    number = int(key)
    return number if number <= MAX_NUMBER and str(number) == key else None


def _text(key: str) -> str:
    """Returns a key without NUL, which PostgreSQL does not accept in texts."""
    return key.replace("\0", "")
