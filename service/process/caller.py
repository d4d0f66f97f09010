"""The caller of a use case: an actor, its role, and what the role permits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypedDict, Unpack

from audit.event import (
    Actor,
    ActorKind,
    AuditAction,
    AuditOutcome,
    Change,
    Client,
    Detail,
    Event,
)


class Role(StrEnum):
    """What a caller may do.

    An ADMINISTRATOR changes settings and tokens and sends tests. An AUDITOR reads everything. A
    VIEWER reads the settings in force and the tests.
    """

    ADMINISTRATOR = "ADMINISTRATOR"
    AUDITOR = "AUDITOR"
    VIEWER = "VIEWER"


class Permission(StrEnum):
    """A permission that a field of the API can require."""

    READ_SETTINGS = "READ_SETTINGS"
    CHANGE_SETTINGS = "CHANGE_SETTINGS"
    SEND_TESTS = "SEND_TESTS"
    READ_TRAIL = "READ_TRAIL"
    MANAGE_TOKENS = "MANAGE_TOKENS"


ROLE_PERMISSIONS: Final = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: frozenset({Permission.READ_SETTINGS, Permission.READ_TRAIL}),
    Role.VIEWER: frozenset({Permission.READ_SETTINGS}),
}


class EventFacts(TypedDict, total=False):
    """The optional fields of an event; see `audit.event.Event`."""

    revision: int | None
    changes: tuple[Change, ...]
    error_code: str | None
    reason: str | None
    correlation_id: str | None
    detail: Detail


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor with its role, and where the call came from.

    `until` is when its credentials expire; None means never.
    """

    actor: Actor
    role: Role
    client: Client | None = None
    until: datetime | None = None

    def may(self, permission: Permission) -> bool:
        """Returns whether the caller's role has a permission."""
        return permission in ROLE_PERMISSIONS[self.role]

    def event(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        target: str,
        **facts: Unpack[EventFacts],
    ) -> Event:
        """Makes the event of something that the caller did or tried."""
        return Event(action, outcome, self.actor, target, self.client, **facts)


COMMAND_LINE: Final = Caller(
    Actor(ActorKind.COMMAND_LINE, None, "Command line", Role.ADMINISTRATOR.value),
    Role.ADMINISTRATOR,
)
"""The caller of every command: anyone who can run commands with the service's configuration."""
