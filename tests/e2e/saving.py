"""Saves that something interrupts at a statement, and whether what is left agrees with itself."""

import asyncio
import hashlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection, event
from sqlmodel import col, select

from audit.body import read_body
from audit.event import AuditAction
from db.database import Database
from db.tables import (
    AuditEventRow,
    AuditHead,
    EmailSettingsHead,
    EmailSettingsRow,
    StoredSecret,
)
from mail.secret import Secret
from service.caller import COMMAND_LINE
from service.changes import apply
from service.keys import GivenKeys, new_key
from service.patch import SettingsPatch
from service.runtime import Runtime
from service.settings import SettingsUpdate, SettingsUpdated, email_settings, update_email_settings
from service.state import values_of
from service.values import NOTHING_SAVED, SecretName, SettingsValues
from tests.trails import opened_trail

KEY: Final = new_key()

Interrupt: TypeAlias = Callable[[Connection], None]
"""Does what it takes to stop the work on a connection."""


@dataclass(slots=True)
class Statements:
    """How many statements were begun, a commit among them, and at which one to interrupt."""

    interrupted: bool = False
    begun: int = 0


@contextmanager
def interrupting(database: Database, at: int, interrupt: Interrupt) -> Iterator[Statements]:
    """Interrupts, within the block, before a statement: the first one is number 1."""
    statements = Statements()
    engine = database.engine.sync_engine

    def begin(connection: Connection, *_: object) -> None:
        statements.begun += 1
        if statements.begun == at and not statements.interrupted:
            statements.interrupted = True
            interrupt(connection)

    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, begin)
    try:
        yield statements
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(engine, name, begin)


async def runtime_of(database: Database, key: str, folder: Path) -> Runtime:
    """A runtime on an open database; what its trail's signer remembers lies in the folder."""
    return Runtime(database, GivenKeys((key,)), await opened_trail(database, folder))


async def save(runtime: Runtime, number: int) -> None:
    """Saves settings that no save before had, with a password of their own."""
    state = await email_settings(runtime)
    patch = SettingsPatch(
        smtp_host=f"mail{number}.example.com",
        smtp_username="postledger",
        smtp_password=Secret(f"password {number}"),
    )
    update = SettingsUpdate(patch, 0 if state is None else state.revision)
    result = await update_email_settings(runtime, COMMAND_LINE, update)
    if not isinstance(result, SettingsUpdated) or not result.changes:
        raise TypeError(f"each save is to change something: {result}")


def save_and_die(url: str, key: str, folder: Path, at: int) -> None:
    """Saves, in a process of its own that is killed before a statement."""
    asyncio.run(_save_and_die(url, key, folder, at))


async def _save_and_die(url: str, key: str, folder: Path, at: int) -> None:
    database = Database(url)
    runtime = await runtime_of(database, key, folder)
    with interrupting(database, at, lambda _: os.kill(os.getpid(), signal.SIGKILL)):
        await save(runtime, at)
    await database.close()


async def revision_in_force(runtime: Runtime) -> int:
    """The revision, once everything that is stored was seen to agree with it.

    Raises:
        AssertionError: something does not.
    """
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
        assert ("SET", head.revision) == (state.smtp_password.state, state.smtp_password.version)
    return head.revision


def _replayed(events: Iterable[AuditEventRow]) -> Iterator[SettingsValues]:
    """The settings as the trail alone tells of them, after each of its changes."""
    values = NOTHING_SAVED
    for row in events:
        told = read_body(row.body)
        values = apply(told.changes, values)
        for change in told.changes:
            if change.redacted and change.after is not None:
                version = int(change.after.removeprefix("[redacted, version ").removesuffix("]"))
                values = values.with_secret_version(SecretName(change.field), version)
        yield values
