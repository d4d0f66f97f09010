"""The use cases on the settings in force: reading, following and changing them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from audit.event import Change
from db.engine.database import Session
from db.queries.settings import lock_head, revision_number, revision_row
from db.tables import EmailSettingsRow
from mail.report import Suggestion
from service.process.caller import Caller
from service.process.runtime import Runtime
from service.settings.draft import Draft, InvalidSettings, SecretReentryRequired, draft
from service.settings.proven import draft_digest, passed_with
from service.settings.saving import (
    MAX_REASON,
    Refusing,
    Saving,
    SettingsUpdated,
    is_reason,
    refuse,
    save,
)
from service.settings.state import CurrentSettings, SettingsState, describe, load_current, values_of
from service.values.changes import compare
from service.values.patch import SettingsPatch
from service.values.problems import Problem, problem
from service.values.settings_values import NOTHING_SAVED

_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SettingsUpdate:
    """A change that a caller requests, based on the revision that the caller has seen.

    With `verified_by`, a test email's id, the change is saved only if that test passed with exactly
    these values.
    """

    patch: SettingsPatch
    expected_revision: int
    reason: str | None = None
    verified_by: str | None = None


@dataclass(frozen=True, slots=True)
class RevisionConflict:
    """Another administrator saved first: the settings now in force, and what changed."""

    current: SettingsState
    their_changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class NotVerified:
    """The named test did not pass with exactly these values."""

    test_id: str
    code: ClassVar = "NOT_VERIFIED"

    @property
    def fields(self) -> str:
        """The input field that named the test."""
        return "verifiedByTestEmail"


UpdateResult: TypeAlias = (
    SettingsUpdated | InvalidSettings | RevisionConflict | SecretReentryRequired | NotVerified
)


async def email_settings(runtime: Runtime) -> SettingsState | None:
    """Returns the settings in force, or None if nothing was saved yet."""
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        if current.row is None:
            return None
        return describe(current.row, current.secrets, runtime.clock())


async def follow_email_settings(runtime: Runtime) -> AsyncIterator[SettingsState]:
    """Yields the settings after each change from now on.

    Changes by this process are seen at once, changes by other processes within a second.
    """

    async def poll() -> int:
        async with runtime.database.reading() as session:
            return await revision_number(session, runtime.scope)

    seen = await poll()
    while True:
        await runtime.settings_changed.wait(_POLL_SECONDS)
        if await runtime.settings_revision.number(poll, _POLL_SECONDS) == seen:
            continue
        state = await email_settings(runtime)
        if state is not None and state.revision != seen:
            seen = state.revision
            yield state


async def update_email_settings(
    runtime: Runtime, caller: Caller, update: SettingsUpdate
) -> UpdateResult:
    """Changes the settings, if the caller has seen the revision in force.

    The settings, their new revision and its event are written in one transaction. A refusal is
    recorded as an event too, without the refused values. A conflict is not recorded, because the
    caller only has to read the settings again.
    """
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        head = await lock_head(session, runtime.scope)
        current = await load_current(session, runtime.scope, runtime.keys)
        if current.row is not None and update.expected_revision != current.revision:
            return await conflict(session, current.row, current, update.expected_revision, now)
        accepted = await _accept(session, runtime, current, update, now)
        if not isinstance(accepted, Draft):
            refusing = Refusing(caller, update.reason)
            return await refuse(session, current, refusing, accepted, runtime.clock)
        saving = Saving(caller, accepted, update.reason)
        saved = await save(session, head, current, saving, runtime.clock)
    notify_followers(runtime)
    return saved


def notify_followers(runtime: Runtime) -> None:
    """Wakes the followers of the settings; to be called once a save is committed."""
    runtime.settings_revision.forget()
    runtime.settings_changed.send()


async def preview_email_settings(
    runtime: Runtime, patch: SettingsPatch
) -> tuple[Change, ...] | InvalidSettings | SecretReentryRequired:
    """Returns what a patch would change; saves nothing."""
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        accepted = await draft(current, patch, runtime.keys)
        return compare(current.values, accepted.values) if isinstance(accepted, Draft) else accepted


async def conflict(
    session: Session, row: EmailSettingsRow, current: CurrentSettings, expected: int, now: datetime
) -> RevisionConflict:
    """Describes the settings in force to a caller who expected another revision."""
    seen = await revision_row(session, row.scope, expected)
    # Revision 0 means that nothing was saved. A number that never existed has nothing to compare.
    before = NOTHING_SAVED if expected == 0 else values_of(seen or row)
    return RevisionConflict(describe(row, current.secrets, now), compare(before, current.values))


def check_request(
    current: CurrentSettings, expected_revision: int, reason: str | None
) -> list[Problem]:
    """Returns the problems of a request, apart from those of its settings."""
    problems = []
    if current.row is None and expected_revision != 0:
        message = "Set expectedRevision to 0: nothing was saved yet."
        suggestion = Suggestion("Set expectedRevision to 0.", ("expectedRevision",), "0")
        problems.append(
            problem("EXPECTED_REVISION_UNKNOWN", "expectedRevision", message, suggestion)
        )
    if not is_reason(reason):
        message = (
            f"Enter a reason of 1 to {MAX_REASON:,} characters, without line breaks or other "
            "control characters."
        )
        problems.append(problem("REASON_INVALID", "reason", message))
    return problems


async def _accept(
    session: Session,
    runtime: Runtime,
    current: CurrentSettings,
    update: SettingsUpdate,
    now: datetime,
) -> Draft | InvalidSettings | SecretReentryRequired | NotVerified:
    problems = check_request(current, update.expected_revision, update.reason)
    if problems:
        return InvalidSettings(tuple(problems))
    drafted = await draft(current, update.patch, runtime.keys)
    if isinstance(drafted, Draft) and update.verified_by is not None:
        digest = await draft_digest(current, drafted, now)
        if not await passed_with(session, update.verified_by, digest):
            return NotVerified(update.verified_by)
    return drafted
