"""Fixtures of the edge's tests: a database that was never used, and the app around it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.database import Database
from graph.app import compose
from graph.config import Config
from service.keys import GivenKeys, new_key
from service.runtime import Runtime
from tests.graph.world import World, configured, open_world


@pytest.fixture
async def runtime(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Runtime]:
    """An open service on a fresh SQLite file."""
    path = tmp_path / "postledger.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield Runtime(database, GivenKeys((new_key(),)))
    await database.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The configuration as it comes."""
    return configured(tmp_path)


@pytest.fixture
async def world(runtime: Runtime, config: Config) -> AsyncIterator[World]:
    """The app with its defaults."""
    async with open_world(compose(config, runtime), runtime) as opened:
        yield opened
