"""A trail on both databases, with its key and memory in a folder of the test's own."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from audit.event import SYSTEM, AuditAction, AuditOutcome, Change, Event
from audit.memory import SignerMemory
from audit.trail import Clock, Trail, append
from db.database import Database
from service.runtime import Runtime
from service.startup import Storage, open_runtime
from tests.trails import NAME, SEED, opened_trail

START: Final = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)


def at(instant: datetime) -> Clock:
    """A clock that stands still."""
    return lambda: instant


def an_event(number: int, **changed: str) -> Event:
    """Some event that was never there before."""
    return Event(
        action=AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED,
        outcome=AuditOutcome.DENIED,
        actor=SYSTEM,
        target="email_settings",
        changes=(Change("smtpHost", None, f"host{number}.example"),),
        reason=changed.get("reason", f"number {number}"),
    )


async def write(database: Database, count: int, first: int = 0) -> None:
    """Appends events, one a transaction and a second."""
    for number in range(first, first + count):
        async with database.transaction() as session:
            await append(session, an_event(number), at(START + timedelta(seconds=number)))


@pytest.fixture
def memory(tmp_path: Path) -> SignerMemory:
    """The signer's memory, empty."""
    return SignerMemory(tmp_path / "signer.memory")


@pytest.fixture
async def trail(database: Database, tmp_path: Path) -> Trail:
    """An open, empty trail, attached to the database."""
    return await opened_trail(database, tmp_path)


@pytest.fixture
def storage(database_url: str, tmp_path: Path) -> Storage:
    """What a service is started with, on the test's database."""
    key = base64.b64encode(SEED).decode()
    return Storage(tmp_path / "data", database_url, (key,), (key,), NAME)


def _only(storage: Storage, backend: str) -> Storage:
    if not (storage.database_url or "").startswith(backend):
        pytest.skip(f"about {backend} alone")
    return storage


@pytest.fixture
def sqlite_storage(storage: Storage) -> Storage:
    """The same, on SQLite only."""
    return _only(storage, "sqlite")


@pytest.fixture
def postgresql_storage(storage: Storage) -> Storage:
    """The same, on PostgreSQL only."""
    return _only(storage, "postgresql")


@pytest.fixture
async def runtime(storage: Storage) -> AsyncIterator[Runtime]:
    """An open service without an edge."""
    async with open_runtime(storage) as opened:
        yield opened
