"""A start that fails says why in one sentence, with exit status 2."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from tests.e2e.conftest import on_sqlite
from tests.e2e.installation import Installation, Service, postgresql_database
from tests.e2e.processes import Finished, finish

SECRET: Final = "hunter2-in-the-wrong-place"

Failing: TypeAlias = Callable[[Installation], tuple[list[str], dict[str, str]]]
"""Breaks an installation; returns the arguments and variables with which to start it."""


def _unreachable(_: Installation) -> tuple[list[str], dict[str, str]]:
    url = f"postgresql://postledger:{SECRET}@127.0.0.1:1/postledger"
    return [], {"POSTLEDGER_DATABASE_URL": url}


def _file_in_the_way(installation: Installation) -> tuple[list[str], dict[str, str]]:
    installation.data.write_text("not a directory")
    return [], {}


FAILURES: Final[dict[str, tuple[Failing, str]]] = {
    "unreachable": (_unreachable, "Cannot use the database"),
    "no-directory": (_file_in_the_way, "Cannot write to the data directory"),
    "variable": (lambda _: ([], {"POSTLEDGER_LOG_LEVEL": SECRET}), "POSTLEDGER_LOG_LEVEL: "),
    "sandbox": (lambda _: (["--sandbox", "--sandbox-port", "-1"], {}), "The sandbox cannot listen"),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finished]:
    """All failing starts, run in parallel, because each spends its time on imports."""
    with contextlib.ExitStack() as stack:
        started = {}
        for name, (failing, _) in FAILURES.items():
            folder = tmp_path_factory.mktemp(name)
            data = {"POSTLEDGER_DATA_DIRECTORY": str(folder / "data")}
            installation = Installation(folder, None, data)
            arguments, variables = failing(installation)
            started[name] = stack.enter_context(
                installation.start("serve", "--port", "0", *arguments, **variables)
            )
        return {name: finish(process) for name, process in started.items()}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_start_says_why_in_one_sentence(failures: dict[str, Finished], name: str) -> None:
    """A failed start prints one sentence, without a traceback or the operator's secrets."""
    _, words = FAILURES[name]

    _assert_one_sentence(failures[name], words)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """A start on a port that is in use fails before it creates any data."""
    data = {"POSTLEDGER_DATA_DIRECTORY": str(tmp_path / "data")}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = Installation(tmp_path, None, data).run("serve", "--port", port)

    _assert_one_sentence(done, f"Cannot listen on 127.0.0.1, port {port} (Address already in use)")
    assert not (tmp_path / "data").exists()


@on_sqlite
def test_a_second_service_on_the_same_data(shared: tuple[Installation, Service]) -> None:
    """On SQLite, a second service on a data directory is refused; the first is not disturbed."""
    installation, service = shared
    done = installation.run("serve", "--port", "0")
    answer = service.client.ask("{ viewer { role } }")

    _assert_one_sentence(done, "Another Postledger service is using")
    assert {"viewer": {"role": "ADMINISTRATOR"}} == answer.data


@pytest.fixture
def empty_database(postgresql: str) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    with postgresql_database(postgresql) as url:
        yield url


def test_a_database_without_its_tables(tmp_path: Path, empty_database: str) -> None:
    """On PostgreSQL, a start does not migrate, but says which command does."""
    variables = {
        "POSTLEDGER_DATA_DIRECTORY": str(tmp_path / "data"),
        "POSTLEDGER_DATABASE_URL": empty_database,
    }
    done = Installation(tmp_path, empty_database, variables).run("serve", "--port", "0")

    _assert_one_sentence(done, "run `postledger db upgrade`")


def _assert_one_sentence(done: Finished, words: str) -> None:
    lines = done.stderr.strip().splitlines()

    assert (2, 1) == (done.status, len(lines))
    assert lines[0].startswith("postledger: ")
    assert words in lines[0]
    assert SECRET not in done.stderr + done.stdout
