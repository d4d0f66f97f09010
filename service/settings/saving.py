"""Writing a new revision with its event, and recording changes that were refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol, TypeVar

from audit.event import AuditAction, AuditOutcome, Change, Detail, Event
from audit.trail import Clock, Recorded, append, read_event
from db.engine.database import Session
from db.tables import EmailSettingsHead, EmailSettingsRow
from mail.secret import Secret
from service.process.caller import Caller
from service.process.marks import secret_mark
from service.settings.draft import Draft
from service.settings.secret_review import review_secrets
from service.settings.state import CurrentSettings, RevisionOrigin, SettingsState, describe, row_of
from service.values.changes import compare
from service.values.names import has_control
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues

TARGET: Final = "email_settings"
MAX_REASON: Final = 1_000


def mark_name(name: SecretName) -> str:
    """Returns the name under which an event's detail has the mark of a new secret."""
    return f"{name}_mark"


class RefusalReason(Protocol):
    """Why a request was refused: a stable code, and the fields concerned, without values."""

    @property
    def code(self) -> str:
        """Stable, UPPER_SNAKE_CASE."""
        ...

    @property
    def fields(self) -> str:
        """The fields, as text for the trail."""
        ...


R = TypeVar("R", bound=RefusalReason)


def is_reason(reason: str | None) -> bool:
    """Returns whether a reason says something, is short enough, and has no control characters."""
    return reason is None or (
        bool(reason.strip()) and len(reason) <= MAX_REASON and not has_control(reason)
    )


@dataclass(frozen=True, slots=True)
class Saving:
    """A new revision to write, and who requested it."""

    caller: Caller
    draft: Draft
    reason: str | None
    restored_from: int | None = None

    @property
    def values(self) -> SettingsValues:
        """The new revision's values."""
        return self.draft.values

    @property
    def given(self) -> Mapping[SecretName, Secret]:
        """The secrets that it sets."""
        return self.draft.given

    @property
    def action(self) -> AuditAction:
        """The action of its event in the trail."""
        if self.restored_from is None:
            return AuditAction.EMAIL_SETTINGS_UPDATED
        return AuditAction.EMAIL_SETTINGS_RESTORED


@dataclass(frozen=True, slots=True)
class SettingsUpdated:
    """The change was saved; or nothing differed, and there is no event and no new revision."""

    state: SettingsState
    changes: tuple[Change, ...]
    event: Recorded | None


async def save(
    session: Session,
    head: EmailSettingsHead,
    current: CurrentSettings,
    saving: Saving,
    clock: Clock,
) -> SettingsUpdated:
    """Writes the secrets, the new revision and its event, unless it equals the one in force.

    The first save always makes revision 1, so that there are settings from then on. A secret that
    could not be decrypted cannot be compared, so a secret that replaces it counts as a change.
    """
    changes = compare(current.values, saving.values)
    replaces_unreadable = any(
        current.secrets.is_unreadable(name, current.values) for name in saving.given
    )
    await _store_secrets(current, saving.draft, clock())
    if not changes and not replaces_unreadable and current.row is not None:
        return SettingsUpdated(_state(current.row, current, saving, clock), (), None)
    revision = current.revision + 1
    marks = await _marks(current, saving)
    appended = await append(session, _saved(saving, revision, changes, marks), clock)
    current.secrets.set_updated_at(saving.given, appended.ts)
    origin = RevisionOrigin(
        saving.caller.actor, appended.ts, appended.seq, saving.reason, saving.restored_from
    )
    row = row_of(head.scope, revision, saving.values, origin)
    head.revision = revision
    session.add_all((head, row))
    await session.flush()
    recorded = await read_event(session, appended.seq)
    return SettingsUpdated(_state(row, current, saving, clock), changes, recorded)


async def _store_secrets(current: CurrentSettings, accepted: Draft, now: datetime) -> None:
    for name, secret in accepted.given.items():
        await current.secrets.store(name, secret, accepted.values, now)
    for name in accepted.cleared:
        await current.secrets.clear(name)


def _state(
    row: EmailSettingsRow, current: CurrentSettings, saving: Saving, clock: Clock
) -> SettingsState:
    """Describes what was saved, with the warnings about the secrets that were entered."""
    state = describe(row, current.secrets, clock())
    remarks = review_secrets(saving.given, saving.values)
    return replace(state, problems=(*state.problems, *remarks))


@dataclass(frozen=True, slots=True)
class Refusing:
    """A change that is refused: who requested it, and why. `revision` is set for a restore."""

    caller: Caller
    reason: str | None
    revision: int | None = None


async def refuse(
    session: Session, current: CurrentSettings, refusing: Refusing, refused: R, clock: Clock
) -> R:
    """Records that a change was refused: which fields and why, never the values."""
    detail: Detail = {"fields": refused.fields}
    if refusing.revision is not None:
        detail = {**detail, "to_restore": refusing.revision}
    event = refusing.caller.event(
        AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED,
        AuditOutcome.DENIED,
        TARGET,
        revision=current.revision,
        error_code=refused.code,
        reason=refusing.reason if is_reason(refusing.reason) else None,
        detail=detail,
    )
    await append(session, event, clock)
    return refused


async def _marks(current: CurrentSettings, saving: Saving) -> dict[str, str]:
    """Returns the mark of each new secret, which ties the version number to the secret's value."""
    marks = {}
    for name in saving.given:
        version = saving.values.secret_version(name)
        stored = await current.secrets.stored_fingerprint(name, version)
        if stored is not None:
            marks[mark_name(name)] = secret_mark(stored)
    return marks


def _saved(saving: Saving, revision: int, changes: tuple[Change, ...], marks: Detail) -> Event:
    restored = {} if saving.restored_from is None else {"restored_from": saving.restored_from}
    return saving.caller.event(
        saving.action,
        AuditOutcome.SUCCEEDED,
        TARGET,
        revision=revision,
        changes=changes,
        reason=saving.reason,
        detail={**restored, **marks},
    )
