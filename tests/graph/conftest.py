"""Fixtures of the edge's tests: an unused database, and the app around it."""

import io
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from graph.app import compose
from graph.config import Config
from service.operate.startup import open_runtime
from service.process.runtime import Runtime
from service.process.storage import DATABASE_FILE, Storage
from tests.support.edge.shell import Shell
from tests.support.edge.world import World, configured, open_world
from tests.support.logs import logging_to_text


@pytest.fixture
async def runtime(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Runtime]:
    """An open service on a new SQLite file: the edge behaves the same on either database."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copy(sqlite_template, data / DATABASE_FILE)
    async with open_runtime(Storage(data)) as opened:
        yield opened


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The default configuration."""
    return configured(tmp_path)


@pytest.fixture
async def world(runtime: Runtime, config: Config) -> AsyncIterator[World]:
    """The app with the default configuration."""
    async with open_world(compose(config, runtime), runtime) as opened:
        yield opened


@pytest.fixture
def shell(storage: Storage, tmp_path: Path) -> Shell:
    """The command line, on either database."""
    return Shell(storage, tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[io.StringIO]:
    """The JSON log of the service and its libraries, at level debug."""
    with logging_to_text(configured(tmp_path, log_level="debug", log_format="json")) as written:
        yield written
