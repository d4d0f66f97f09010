"""Fetching anything by its global id (Relay's `node`).

It is quiet: an id that is unknown, malformed, or of something that the caller may not see gives
null, so that nobody learns by it what there is. Whoever was not permitted it stands in the trail.
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
from graph.types.settings import EmailSettings
from graph.types.trail import AuditEvent
from service.access import access_token
from service.email_tests import email_test
from service.process import MAX_NUMBER, Permission
from service.settings import email_settings, email_settings_revision, revision
from service.trail import audit_event


class NodeKind(NamedTuple):
    """A type of node: who may fetch one, and how, by the key in its id."""

    permission: Permission
    fetch: Callable[[Info, str], Awaitable[Node | None]]


async def _settings(info: Info, key: str) -> EmailSettings | None:
    runtime = info.context.runtime
    current = await email_settings(runtime)
    if current is not None and str(current.revision) == key:
        return EmailSettings.of(current)
    number = _number(key)
    # Earlier revisions are the trail's.
    if number is None or not permits(info, Permission.READ_TRAIL):
        return None
    earlier = await email_settings_revision(runtime, number)
    return None if earlier is None else EmailSettings.of(earlier)


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


@strawberry.type(description="What can be fetched by its id.")
class NodeQueries:
    """The part of the root of reading that takes an id."""

    @strawberry.field(
        description="Anything that has an id. Null for an id that is unknown, malformed, or of "
        "something the caller may not see."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Node | None:
        """A node."""
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
    """A key that both databases take: PostgreSQL refuses NUL."""
    return key.replace("\0", "")
