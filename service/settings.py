"""The use-cases on the settings: reading them, and changing them with a trace in the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from audit.event import AuditAction, AuditOutcome, Change, Event
from audit.history import Recorded, read_event
from audit.trail import append
from db.database import Session
from db.instant import write_instant
from db.settings import lock_head, revision_at, revision_row
from db.tables import EmailSettingsHead, EmailSettingsRow
from service.caller import Caller
from service.changes import compare
from service.draft import Draft, InvalidSettings, SecretReentryRequired, draft
from service.normal import has_control
from service.patch import SettingsPatch
from service.problems import Suggestion, problem
from service.runtime import Runtime
from service.state import Origin, SettingsState, Stand, describe, find_stand, row_of, values_of
from service.values import NOTHING_SAVED, SettingsValues

__all__ = [
    "InvalidSettings",
    "RevisionConflict",
    "SecretReentryRequired",
    "SettingsState",
    "SettingsUpdate",
    "SettingsUpdated",
    "UpdateResult",
    "email_settings",
    "email_settings_at",
    "email_settings_revision",
    "update_email_settings",
]

TARGET = "email_settings"
MAX_REASON = 1_000


@dataclass(frozen=True, slots=True)
class SettingsUpdate:
    """A change that a caller asks for, made to a revision that it has seen."""

    patch: SettingsPatch
    expected_revision: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SettingsUpdated:
    """The change happened, or nothing differed: then there is no event and no new revision."""

    state: SettingsState
    changes: tuple[Change, ...]
    event: Recorded | None


@dataclass(frozen=True, slots=True)
class RevisionConflict:
    """Somebody else saved first: what stands now, and what they changed."""

    current: SettingsState
    their_changes: tuple[Change, ...]


UpdateResult: TypeAlias = (
    SettingsUpdated | InvalidSettings | RevisionConflict | SecretReentryRequired
)


async def email_settings(runtime: Runtime) -> SettingsState | None:
    """The settings in force; None where nothing was saved."""
    async with runtime.database.reading() as session:
        stand = await find_stand(session, runtime.scope, runtime.keys.current())
        return _shown(stand, runtime.clock())


async def email_settings_revision(runtime: Runtime, revision: int) -> SettingsState | None:
    """The settings as a revision left them; None where there is no such revision."""
    async with runtime.database.reading() as session:
        row = await revision_row(session, runtime.scope, revision)
        stand = await find_stand(session, runtime.scope, runtime.keys.current())
        return None if row is None else describe(row, stand.secrets, runtime.clock())


async def email_settings_at(runtime: Runtime, instant: datetime) -> SettingsState | None:
    """The settings as they stood at an instant; None where nothing had been saved."""
    async with runtime.database.reading() as session:
        row = await revision_at(session, runtime.scope, write_instant(instant))
        stand = await find_stand(session, runtime.scope, runtime.keys.current())
        return None if row is None else describe(row, stand.secrets, runtime.clock())


async def update_email_settings(
    runtime: Runtime, caller: Caller, update: SettingsUpdate
) -> UpdateResult:
    """Changes the settings, if they are still those that the caller has seen.

    The settings, their new revision and its event are written in one transaction. A refusal
    leaves an event too, without the values that were refused; a conflict leaves none, as the
    caller is only asked to look again.
    """
    now = runtime.clock()
    keys = runtime.keys.current()
    async with runtime.database.transaction() as session:
        head = await lock_head(session, runtime.scope)
        stand = await find_stand(session, runtime.scope, keys)
        if stand.row is not None and update.expected_revision != stand.revision:
            return await _conflict(session, stand.row, stand, update.expected_revision, now)
        result = _check_request(stand, update) or await draft(stand, update.patch, keys, now)
        if not isinstance(result, Draft):
            await append(session, _refusal(caller, stand, result), now)
            return result
        await _keep_secrets(stand, result, now)
        saving = _Saving(caller, result.values, update.reason)
        return await _save(session, head, stand, saving, now)


@dataclass(frozen=True, slots=True)
class _Saving:
    caller: Caller
    values: SettingsValues
    reason: str | None
    restored_from: int | None = None

    @property
    def action(self) -> AuditAction:
        if self.restored_from is None:
            return AuditAction.EMAIL_SETTINGS_UPDATED
        return AuditAction.EMAIL_SETTINGS_RESTORED


async def _save(
    session: Session, head: EmailSettingsHead, stand: Stand, saving: _Saving, now: datetime
) -> SettingsUpdated:
    """Writes the new revision and its event, unless nothing differs."""
    changes = compare(stand.values, saving.values)
    if not changes and stand.row is not None:
        return SettingsUpdated(describe(stand.row, stand.secrets, now), (), None)
    revision = stand.revision + 1
    event = Event(
        action=saving.action,
        outcome=AuditOutcome.SUCCEEDED,
        actor=saving.caller.actor,
        client=saving.caller.client,
        target=TARGET,
        revision=revision,
        changes=changes,
        reason=saving.reason,
        detail={} if saving.restored_from is None else {"restored_from": saving.restored_from},
    )
    appended = await append(session, event, now)
    origin = Origin(
        saving.caller.actor, appended.ts, appended.seq, saving.reason, saving.restored_from
    )
    row = row_of(head.scope, revision, saving.values, origin)
    head.revision = revision
    session.add_all((head, row))
    await session.flush()
    recorded = await read_event(session, appended.seq)
    return SettingsUpdated(describe(row, stand.secrets, now), changes, recorded)


async def _keep_secrets(stand: Stand, accepted: Draft, now: datetime) -> None:
    for name, secret in accepted.given.items():
        await stand.secrets.store(name, secret, accepted.values, now)
    for name in accepted.cleared:
        await stand.secrets.clear(name)


async def _conflict(
    session: Session, row: EmailSettingsRow, stand: Stand, expected: int, now: datetime
) -> RevisionConflict:
    seen = await revision_row(session, row.scope, expected)
    # Revision 0 is 'nothing saved'; with a number that never was there is nothing to compare.
    before = NOTHING_SAVED if expected == 0 else values_of(seen or row)
    return RevisionConflict(describe(row, stand.secrets, now), compare(before, stand.values))


def _shown(stand: Stand, now: datetime) -> SettingsState | None:
    return None if stand.row is None else describe(stand.row, stand.secrets, now)


def _check_request(stand: Stand, update: SettingsUpdate) -> InvalidSettings | None:
    problems = []
    if update.expected_revision != stand.revision:
        message = "Nothing was saved yet: expect revision 0."
        suggestion = Suggestion("Set expectedRevision to 0.", ("expectedRevision",), "0")
        problems.append(
            problem("EXPECTED_REVISION_UNKNOWN", "expectedRevision", message, suggestion)
        )
    reason = update.reason
    if reason is not None and (len(reason) > MAX_REASON or has_control(reason)):
        message = f"It may have at most {MAX_REASON} characters, and no control characters."
        problems.append(problem("REASON_INVALID", "reason", message))
    return InvalidSettings(tuple(problems)) if problems else None


def _refusal(
    caller: Caller, stand: Stand, refused: InvalidSettings | SecretReentryRequired
) -> Event:
    """The event of a refused change: which fields and why, never the values."""
    return Event(
        action=AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED,
        outcome=AuditOutcome.DENIED,
        actor=caller.actor,
        client=caller.client,
        target=TARGET,
        revision=stand.revision,
        error_code=refused.code,
        detail={"fields": refused.fields},
    )
