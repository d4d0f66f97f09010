"""What an event of the trail says: who did what, with which outcome, changing what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar


class AuditAction(StrEnum):
    """What was done or tried.

    UNREADABLE is never written: it stands for what somebody else has put in an event's place.
    """

    EMAIL_SETTINGS_UPDATED = "EMAIL_SETTINGS_UPDATED"
    EMAIL_SETTINGS_RESTORED = "EMAIL_SETTINGS_RESTORED"
    EMAIL_SETTINGS_CHANGE_REFUSED = "EMAIL_SETTINGS_CHANGE_REFUSED"
    TEST_EMAIL_REQUESTED = "TEST_EMAIL_REQUESTED"
    TEST_EMAIL_FINISHED = "TEST_EMAIL_FINISHED"
    ACCESS_TOKEN_CREATED = "ACCESS_TOKEN_CREATED"  # noqa: S105 (the name of an action)
    ACCESS_TOKEN_REVOKED = "ACCESS_TOKEN_REVOKED"  # noqa: S105 (the name of an action)
    ACCESS_DENIED = "ACCESS_DENIED"
    AUDIT_EXPORTED = "AUDIT_EXPORTED"
    SIGNING_KEY_CHANGED = "SIGNING_KEY_CHANGED"
    ENCRYPTION_KEY_CHANGED = "ENCRYPTION_KEY_CHANGED"
    TRAIL_REOPENED = "TRAIL_REOPENED"
    UNREADABLE = "UNREADABLE"


T = TypeVar("T")


def for_every_action(table: Mapping[AuditAction, T]) -> Mapping[AuditAction, T]:
    """Returns a table that has an entry for every action.

    Raises:
        TypeError: an action is missing. Tables are made at import, so a new action that one of them
            forgets stops every start and every test.
    """
    missing = [action.value for action in AuditAction if action not in table]
    if missing:
        raise TypeError(f"the table has no entry for {', '.join(missing)}")
    return table


class AuditOutcome(StrEnum):
    """How it went. UNKNOWN: whether it had its effect cannot be told."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    DENIED = "DENIED"
    UNKNOWN = "UNKNOWN"


class ActorKind(StrEnum):
    """What acts: the bearer of a token, a person, somebody at the command line, the service.

    A person is whom an identity provider vouches for (OpenID Connect).
    """

    ACCESS_TOKEN = "ACCESS_TOKEN"  # noqa: S105 (the name of a kind)
    PERSON = "PERSON"
    COMMAND_LINE = "COMMAND_LINE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as known then."""

    kind: ActorKind
    id: str | None
    name: str
    role: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM, None, "Postledger")
"""The service itself, where no caller asked."""


@dataclass(frozen=True, slots=True)
class Client:
    """Where a call came from, as far as the edge could tell.

    `ip_source` says how `ip` was learned: `peer`, the connection's other end, or `proxy`, a
    header of a proxy that is trusted by configuration.
    """

    ip: str | None
    ip_source: str
    user_agent: str | None
    request_id: str
    operation: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One field's before and after, in words for people.

    A secret's change is made by `redacted_change` alone, which is never given the secret.
    """

    field: str
    before: str | None
    after: str | None
    redacted: bool = False


def redacted_change(name: str, before: int | None, after: int | None) -> Change:
    """The change of a secret, told by version numbers: equal numbers mean equal values.

    Args:
        name: the secret's field.
        before: its version before; None where it was not set.
        after: its version afterwards; None where it is not set.
    """
    return Change(name, redacted(before), redacted(after), redacted=True)


def redacted(version: int | None) -> str | None:
    """How a secret's version is told; None where it is not set."""
    return None if version is None else f"[redacted, version {version}]"


Detail: TypeAlias = Mapping[str, str | int | bool | None]
"""Facts that only some actions have. No floats: the canonical form has none."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be recorded; the trail adds place, time and the link to the event before."""

    action: AuditAction
    outcome: AuditOutcome
    actor: Actor
    target: str
    client: Client | None = None
    revision: int | None = None
    changes: tuple[Change, ...] = ()
    error_code: str | None = None
    reason: str | None = None
    correlation_id: str | None = None
    detail: Detail = field(default_factory=dict)
