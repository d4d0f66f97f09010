"""Fixtures: installations on both databases, running services, a mail server."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.e2e.installation import Installation, Service, postgresql_database
from tests.e2e.mail_server import MailServer
from tests.support.canary import CANARY

USERNAME = "postledger@example.org"
DATABASES = ["sqlite", "postgresql"]

on_sqlite = pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
"""For tests of the shared service that do not depend on the database."""

MakeInstallation: TypeAlias = Callable[[str], Installation]


@pytest.fixture(scope="session")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql: str
) -> Iterator[dict[str, str]]:
    """A PostgreSQL database that was prepared like an operator's: new keys, then `db upgrade`."""
    here = _installation(tmp_path_factory.mktemp("prepared"))
    with postgresql_database(postgresql) as url:
        keys = here.run("keys", "generate").stdout.strip()
        here.variables |= {
            "POSTLEDGER_DATABASE_URL": url,
            "POSTLEDGER_ENCRYPTION_KEYS": keys,
            "POSTLEDGER_SIGNING_KEY": keys,
        }
        upgraded = here.run("db", "upgrade")
        if upgraded.status != 0:
            raise AssertionError(upgraded.stderr)
        yield here.variables


@pytest.fixture(scope="session")
def make_installation(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, postgresql: str
) -> Iterator[MakeInstallation]:
    """A function that creates installations on a kind of database, ready to serve."""
    with contextlib.ExitStack() as stack:

        def make(kind: str) -> Installation:
            installation = _installation(tmp_path_factory.mktemp(kind))
            if kind == "postgresql":
                prepared: dict[str, str] = request.getfixturevalue("on_postgresql")
                original = prepared["POSTLEDGER_DATABASE_URL"]
                url = stack.enter_context(postgresql_database(postgresql, original))
                installation.database_url = url
                installation.variables = prepared | {
                    "POSTLEDGER_DATABASE_URL": url,
                    **installation.variables,
                }
            return installation

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
    """A service, with its installation, for tests that do not mind what other tests leave."""
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


def _installation(folder: Path) -> Installation:
    data = {"POSTLEDGER_DATA_DIRECTORY": str(folder / "data")}
    return Installation(folder, None, data)
