"""The use cases on earlier revisions: reading, comparing and restoring them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias

from audit.event import Change
from db.engine.database import Session
from db.instant import write_instant
from db.queries.keyset import Window
from db.queries.settings import lock_head, revision_at, revision_row, revisions
from db.tables import EmailSettingsRow
from service.process.caller import Caller
from service.process.paging import Page, PageRequest, read_page
from service.process.runtime import Runtime
from service.settings.current import RevisionConflict, check_request, conflict, notify_followers
from service.settings.draft import Draft, InvalidSettings, SecretReentryRequired, draft_restored
from service.settings.saving import Refusing, Saving, SettingsUpdated, refuse, save
from service.settings.state import CurrentSettings, SettingsState, describe, load_current, values_of
from service.values.changes import compare
from service.values.patch import SettingsPatch
from service.values.settings_values import NOTHING_SAVED, SettingsValues


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision, and what it changed."""

    state: SettingsState
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RevisionNotFound:
    """There is no revision with this number."""

    revision: int
    code: ClassVar = "REVISION_NOT_FOUND"

    @property
    def fields(self) -> str:
        """The input field that named the revision."""
        return "revision"


@dataclass(frozen=True, slots=True)
class SettingsRestore:
    """An earlier revision to restore, and the revision that the caller has seen.

    `secrets` has the secrets to enter again or to clear, and changes nothing else.
    """

    revision: int
    expected_revision: int
    reason: str
    secrets: SettingsPatch = field(default_factory=SettingsPatch)


RestoreResult: TypeAlias = (
    SettingsUpdated | InvalidSettings | RevisionConflict | SecretReentryRequired | RevisionNotFound
)


async def email_settings_revision(runtime: Runtime, number: int) -> SettingsState | None:
    """Returns the settings of a revision, or None if there is no such revision."""
    async with runtime.database.reading() as session:
        row = await revision_row(session, runtime.scope, number)
        return None if row is None else await _describe(session, runtime, row)


async def email_settings_at(runtime: Runtime, instant: datetime) -> SettingsState | None:
    """Returns the settings in force at an instant, or None if nothing had been saved."""
    async with runtime.database.reading() as session:
        row = await revision_at(session, runtime.scope, write_instant(instant))
        return None if row is None else await _describe(session, runtime, row)


async def revision(runtime: Runtime, number: int) -> Revision | None:
    """Returns a revision with its changes, or None if there is no such revision."""
    async with runtime.database.reading() as session:
        row = await revision_row(session, runtime.scope, number)
        return None if row is None else await _revision(session, runtime, row)


async def email_settings_revisions(runtime: Runtime, page: PageRequest) -> Page[Revision]:
    """Returns a page of the revisions, newest first."""
    async with runtime.database.reading() as session:

        async def read(window: Window) -> Sequence[EmailSettingsRow]:
            return await revisions(session, runtime.scope, window)

        found = await read_page(page, read)
        items = [await _revision(session, runtime, row) for row in found.items]
        return Page(items, found.has_next, found.has_previous)


async def compare_revisions(
    runtime: Runtime, before: int, after: int
) -> tuple[Change, ...] | RevisionNotFound:
    """Returns what differs between two revisions; 0 means that nothing was saved."""
    async with runtime.database.reading() as session:
        sides = []
        for number in (before, after):
            values = await _values(session, runtime, number)
            if values is None:
                return RevisionNotFound(number)
            sides.append(values)
        return compare(*sides)


async def restore_email_settings(
    runtime: Runtime, caller: Caller, restore: SettingsRestore
) -> RestoreResult:
    """Saves the values of an earlier revision, except its secrets, as the newest revision.

    The secrets stay as they are now, unless the caller enters them again or clears them. If one
    that stays would be sent to another destination, the restore is refused.
    """
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        head = await lock_head(session, runtime.scope)
        current = await load_current(session, runtime.scope, runtime.keys)
        if current.row is not None and restore.expected_revision != current.revision:
            return await conflict(session, current.row, current, restore.expected_revision, now)
        accepted = await _restored(session, runtime, current, restore)
        if not isinstance(accepted, Draft):
            refusing = Refusing(caller, restore.reason, restore.revision)
            return await refuse(session, current, refusing, accepted, runtime.clock)
        saving = Saving(caller, accepted, restore.reason, restore.revision)
        saved = await save(session, head, current, saving, runtime.clock)
    notify_followers(runtime)
    return saved


async def _restored(
    session: Session, runtime: Runtime, current: CurrentSettings, restore: SettingsRestore
) -> Draft | InvalidSettings | RevisionNotFound | SecretReentryRequired:
    problems = check_request(current, restore.expected_revision, restore.reason)
    if problems:
        return InvalidSettings(tuple(problems))
    row = await revision_row(session, runtime.scope, restore.revision)
    if row is None:
        return RevisionNotFound(restore.revision)
    return await draft_restored(current, values_of(row), restore.secrets, runtime.keys)


async def _values(session: Session, runtime: Runtime, number: int) -> SettingsValues | None:
    if number == 0:
        return NOTHING_SAVED
    row = await revision_row(session, runtime.scope, number)
    return None if row is None else values_of(row)


async def _revision(session: Session, runtime: Runtime, row: EmailSettingsRow) -> Revision:
    before = await _values(session, runtime, row.revision - 1)
    if before is None:
        raise RuntimeError("revisions have no gaps")
    state = await _describe(session, runtime, row)
    return Revision(state, compare(before, values_of(row)))


async def _describe(session: Session, runtime: Runtime, row: EmailSettingsRow) -> SettingsState:
    current = await load_current(session, runtime.scope, runtime.keys)
    in_force = row.revision == current.revision
    return describe(row, current.secrets if in_force else None, runtime.clock())
