"""Saves that are interrupted at a statement, and a check of what they leave behind."""

import asyncio
import hashlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection, event
from sqlmodel import col, select

from audit.event import AuditAction
from audit.trail.body import read_body
from db.engine.database import Database
from db.tables import (
    AuditEventRow,
    AuditHead,
    EmailSettingsHead,
    EmailSettingsRow,
    StoredSecret,
)
from mail.secret import Secret
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.settings.current import SettingsUpdate, email_settings, update_email_settings
from service.settings.saving import SettingsUpdated
from service.settings.state import values_of
from service.values.changes import apply
from service.values.patch import SettingsPatch
from service.values.secret_names import SecretName
from service.values.settings_values import NOTHING_SAVED, SettingsValues
from service.verify.trail import TrailVerification, verify_trail

KEY: Final = new_key()

Interrupt: TypeAlias = Callable[[Connection], None]
"""Stops the work on a connection."""

STATEMENTS: Final = ("before_cursor_execute", "commit")
"""SQLAlchemy's events before a statement and before a commit."""
CLOSING: Final = "checkin"
"""SQLAlchemy's event when a connection returns to the pool: its transaction is committed."""


@dataclass(slots=True)
class Progress:
    """The number of events so far, and whether the save was interrupted at an event."""

    events: int = 0
    interrupted: bool = False


@contextmanager
def interrupting(
    database: Database, at: int, interrupt: Interrupt, names: Sequence[str] = STATEMENTS
) -> Iterator[Progress]:
    """Interrupts at the `at`-th of the named events in the block; the first is number 1."""
    progress = Progress()
    engine = database.engine.sync_engine

    def count_event(connection: Connection, *_: object) -> None:
        progress.events += 1
        if progress.events == at:
            progress.interrupted = True
            interrupt(connection)

    for name in names:
        event.listen(engine, name, count_event)
    try:
        yield progress
    finally:
        for name in names:
            event.remove(engine, name, count_event)


def storage_of(database_url: str, folder: Path) -> Storage:
    """Returns the storage of a service on a test's database and in its folder."""
    return Storage(folder, database_url, encryption_keys=(KEY,), signing_keys=(KEY,))


async def save(runtime: Runtime, number: int) -> None:
    """Saves settings, with a password, that differ from all earlier saves."""
    state = await email_settings(runtime)
    patch = SettingsPatch(
        smtp_host=f"mail{number}.example.com",
        smtp_username="postledger",
        smtp_password=Secret(f"password {number}"),
    )
    update = SettingsUpdate(patch, 0 if state is None else state.revision)
    result = await update_email_settings(runtime, COMMAND_LINE, update)
    if not isinstance(result, SettingsUpdated) or not result.changes:
        raise TypeError(f"the save changed nothing: {result}")


def save_and_die(storage: Storage, at: int) -> None:
    """Saves, and kills its own process before a statement or after the commit."""
    asyncio.run(_save_and_die(storage, at))


async def _save_and_die(storage: Storage, at: int) -> None:
    def kill(_: Connection) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async with open_runtime(storage) as runtime:
        with interrupting(runtime.database, at, kill, (*STATEMENTS, CLOSING)):
            await save(runtime, at)


async def revision_in_force(runtime: Runtime) -> int:
    """Checks that everything that is stored agrees, and returns the revision in force.

    Raises:
        AssertionError: something does not agree.
    """
    verified = await verify_trail(runtime)
    assert isinstance(verified, TrailVerification)
    assert () == verified.findings
    async with runtime.database.reading() as session:
        head = (await session.exec(select(EmailSettingsHead))).one()
        revisions = (
            await session.exec(select(EmailSettingsRow).order_by(col(EmailSettingsRow.revision)))
        ).all()
        events = (await session.exec(select(AuditEventRow).order_by(col(AuditEventRow.seq)))).all()
        end = (await session.exec(select(AuditHead))).one()
        secrets = (await session.exec(select(StoredSecret))).all()
    state = await email_settings(runtime)

    assert list(range(1, head.revision + 1)) == [row.revision for row in revisions]
    assert [(row.revision, row.audit_seq) for row in revisions] == [
        (row.revision, row.seq)
        for row in events
        if row.action == AuditAction.EMAIL_SETTINGS_UPDATED
    ]
    assert list(range(end.size)) == [row.seq for row in events]
    leaves = [hashlib.sha256(b"\0" + row.body.encode()).hexdigest() for row in events]
    assert leaves == [row.leaf for row in events]
    assert [None, *leaves] == [*(row.prev for row in events), end.last_leaf]
    assert [values_of(row) for row in revisions] == list(_replayed(events))
    if state is None:
        assert (0, []) == (head.revision, list(secrets))
    else:
        assert [head.revision] == [state.revision]
        password = state.secrets[SecretName.SMTP_PASSWORD]
        assert ("SET", head.revision) == (password.state, password.version)
    return head.revision


def _replayed(events: Iterable[AuditEventRow]) -> Iterator[SettingsValues]:
    """Yields the settings after each change, from the trail alone."""
    values = NOTHING_SAVED
    for row in events:
        recorded = read_body(row.body)
        values = apply(recorded.changes, values)
        for change in recorded.changes:
            if change.redacted and change.after is not None:
                version = int(change.after.removeprefix("[redacted, version ").removesuffix("]"))
                values = values.with_secret_version(SecretName(change.field), version)
        yield values
