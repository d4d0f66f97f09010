"""What an event of the trail says: who did what, with which outcome, and what changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar


class AuditAction(StrEnum):
    """What was done or attempted.

    UNREADABLE is never written: it is shown in place of a stored event that cannot be read.
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
    """Returns the table unchanged, if it has an entry for every action.

    Raises:
        TypeError: an action is missing. Tables are made at import, so a table without an entry for
            a new action stops every start and every test.
    """
    missing = [action.value for action in AuditAction if action not in table]
    if missing:
        raise TypeError(f"the table has no entry for {', '.join(missing)}")
    return table


class AuditOutcome(StrEnum):
    """How it ended. UNKNOWN: it is not known whether the action had its effect."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    DENIED = "DENIED"
    UNKNOWN = "UNKNOWN"


class ActorKind(StrEnum):
    """What acted: the bearer of an access token, a person, the command line or the service.

    A person was authenticated by an identity provider (OpenID Connect).
    """

    ACCESS_TOKEN = "ACCESS_TOKEN"  # noqa: S105 (the name of a kind)
    PERSON = "PERSON"
    COMMAND_LINE = "COMMAND_LINE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as known at the time."""

    kind: ActorKind
    id: str | None
    name: str
    role: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM, None, "Postledger")
"""The service itself, for what no caller requested."""


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request came from, as far as the service can know.

    `ip_source` says where `ip` is from: `peer` is the other end of the connection, `proxy` is a
    header of a proxy that the configuration trusts.
    """

    ip: str | None
    ip_source: str
    user_agent: str | None
    request_id: str
    operation: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A field's value before and after, as text for people.

    Only `redacted_change` makes the change of a secret, and it never receives the secret.
    """

    field: str
    before: str | None
    after: str | None
    redacted: bool = False


def redacted_change(name: str, before: int | None, after: int | None) -> Change:
    """Returns the change of a secret as version numbers: equal numbers mean equal values.

    Args:
        name: the secret's field.
        before: its version before, or None if it was not set.
        after: its version afterwards, or None if it is not set.
    """
    return Change(name, redacted(before), redacted(after), redacted=True)


def redacted(version: int | None) -> str | None:
    """Returns the text that stands for a secret's version, or None if the secret is not set."""
    return None if version is None else f"[redacted, version {version}]"


def redacted_version(text: str | None) -> int | None:
    """Returns the version in a text that `redacted` wrote, or None for any other text."""
    written = None if text is None else _REDACTED.fullmatch(text)
    return None if written is None else int(written[1])


_REDACTED: Final = re.compile(r"\[redacted, version ([0-9]{1,10})\]")


Detail: TypeAlias = Mapping[str, str | int | bool | None]
"""Facts that only some actions have. No floats: bodies contain no numbers except integers."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be recorded. The trail adds position, time and the previous event's hash."""

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
