"""Fixtures of the trail, on both databases, with its key and memory in the test's folder."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audit.trail.appending import Trail
from audit.trail.memory import SignerMemory
from db.engine.database import Database
from service.operate.startup import open_runtime
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.trail.opened import NAME, SEED, opened_trail


@pytest.fixture
def memory(tmp_path: Path) -> SignerMemory:
    """Returns an empty signer's memory."""
    return SignerMemory(tmp_path / "signer.memory")


@pytest.fixture
async def trail(database: Database, tmp_path: Path) -> Trail:
    """Returns an open, empty trail, attached to the database."""
    return await opened_trail(database, tmp_path)


@pytest.fixture
def storage(database_url: str, tmp_path: Path) -> Storage:
    """Returns the storage of a service on the test's database."""
    key = base64.b64encode(SEED).decode()
    return Storage(tmp_path / "data", database_url, (key,), (key,), NAME)


def _only(storage: Storage, backend: str) -> Storage:
    if not (storage.database_url or "").startswith(backend):
        pytest.skip(f"only about {backend}")
    return storage


@pytest.fixture
def sqlite_storage(storage: Storage) -> Storage:
    """Returns the storage, on SQLite only."""
    return _only(storage, "sqlite")


@pytest.fixture
def postgresql_storage(storage: Storage) -> Storage:
    """Returns the storage, on PostgreSQL only."""
    return _only(storage, "postgresql")


@pytest.fixture
async def runtime(storage: Storage) -> AsyncIterator[Runtime]:
    """Returns an open service without an edge."""
    async with open_runtime(storage) as opened:
        yield opened
