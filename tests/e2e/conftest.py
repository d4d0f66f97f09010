"""Fixtures: installations on both databases, services that run there, a mail server."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.e2e.installation import Installation, Service, postgresql_database
from tests.e2e.leaks import CANARY
from tests.e2e.mail_server import MailServer

USERNAME = "postledger@example.org"
DATABASES = ["sqlite", "postgresql"]

MakeInstallation: TypeAlias = Callable[[str], Installation]


@pytest.fixture(scope="session")
def make_installation(
    tmp_path_factory: pytest.TempPathFactory, postgresql: str
) -> Iterator[MakeInstallation]:
    """Makes installations on a kind of database, ready to serve."""
    with contextlib.ExitStack() as stack:

        def make(kind: str) -> Installation:
            folder = tmp_path_factory.mktemp(kind)
            if kind == "sqlite":
                return _installation(folder, None)
            database_url = stack.enter_context(postgresql_database(postgresql))
            return _on_postgresql(_installation(folder, database_url), database_url)

        yield make


@pytest.fixture(params=DATABASES)
def installation(
    request: pytest.FixtureRequest, make_installation: MakeInstallation
) -> Installation:
    """A new installation, once on SQLite and once on PostgreSQL."""
    return make_installation(request.param)


@pytest.fixture(scope="session", params=DATABASES)
def shared(
    request: pytest.FixtureRequest, make_installation: MakeInstallation
) -> Iterator[tuple[Installation, Service]]:
    """A service for tests that mind nothing that others leave behind, and its installation."""
    installation = make_installation(request.param)
    with installation.serving() as service:
        yield installation, service


@pytest.fixture
def service(shared: tuple[Installation, Service]) -> Service:
    """The shared service."""
    return shared[1]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server with one account, whose password is the canary."""
    with MailServer({USERNAME: CANARY}).running() as server:
        yield server


def _installation(folder: Path, database_url: str | None) -> Installation:
    data = {"POSTLEDGER_DATA_DIRECTORY": str(folder / "data")}
    return Installation(folder, database_url, data)


def _on_postgresql(installation: Installation, database_url: str) -> Installation:
    """Prepared as an operator does it: keys by the command, then the tables."""
    keys = installation.run("keys", "generate").stdout.strip()
    installation.variables |= {
        "POSTLEDGER_DATABASE_URL": database_url,
        "POSTLEDGER_ENCRYPTION_KEYS": keys,
        "POSTLEDGER_SIGNING_KEY": keys,
    }
    upgraded = installation.run("db", "upgrade")
    if upgraded.status != 0:
        raise AssertionError(upgraded.stderr)
    return installation
