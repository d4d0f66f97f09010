"""Commands for an existing trail never create one, and a verification changes nothing."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from db.engine.database import Database
from service.process.storage import DATABASE_FILE, Storage
from tests.support.edge.shell import Shell

ABOUT_A_TRAIL: Final = {
    "verify": ("verify",),
    "export": ("export", "--output", "trail.zip"),
    "checkpoint": ("checkpoint",),
    "rotate-key": ("rotate-key",),
    "reopen": ("reopen", "--reason", "lost"),
}


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell that configures only the data directory, which does not exist."""
    monkeypatch.chdir(tmp_path)
    return Shell(Storage(tmp_path / "data"), tmp_path)


def found(folder: Path) -> list[str]:
    """Every file and folder in a folder."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


@pytest.mark.parametrize("command", ABOUT_A_TRAIL)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_wrong_directory_is_reported_and_not_changed(
    embedded: Shell, command: str, *, is_there: bool
) -> None:
    """In an empty or missing directory, the command creates no folder, keys, database or output."""
    if is_there:
        embedded.storage.data_directory.mkdir()
    before = found(embedded.folder)
    done = embedded.run("audit", *ABOUT_A_TRAIL[command])

    assert 2 == done.exit_code, done.output
    assert str(embedded.storage.data_directory) in done.stderr
    assert "POSTLEDGER_DATA_DIRECTORY" in done.stderr
    assert 1 == len(done.stderr.splitlines())
    assert before == found(embedded.folder)


@pytest.mark.parametrize("command", ABOUT_A_TRAIL)
def test_only_a_new_trail_begins_without_the_database(embedded: Shell, command: str) -> None:
    """With the database lost and the signer's memory left, only `reopen` works."""
    assert 0 == embedded.run("token", "list").exit_code
    embedded.run("token", "create", "--name", "Ada", "--role", "viewer")
    for file in embedded.storage.data_directory.glob(f"{DATABASE_FILE}*"):
        file.unlink()
    done = embedded.run("audit", *ABOUT_A_TRAIL[command])

    assert (0 if command == "reopen" else 2) == done.exit_code, done.output
    assert (command == "reopen") == (embedded.storage.data_directory / DATABASE_FILE).exists()


def test_a_verification_creates_no_keys(embedded: Shell) -> None:
    """A verification needs no keys, and new ones would hide that the old ones are gone."""
    embedded.run("token", "create", "--name", "Ada", "--role", "viewer")
    for file in embedded.storage.data_directory.glob("*.keys"):
        file.unlink()
    before = found(embedded.folder)
    done = embedded.run("audit", "verify")

    assert 0 == done.exit_code, done.output
    assert before == found(embedded.folder)


def test_a_verification_creates_no_tables(embedded: Shell) -> None:
    """A verification of an empty database leaves it empty."""
    embedded.storage.data_directory.mkdir()
    file = embedded.storage.data_directory / DATABASE_FILE
    file.touch()
    done = embedded.run("audit", "verify")

    assert 2 == done.exit_code, done.output
    assert "run `postledger db upgrade`" in done.stderr
    with contextlib.closing(sqlite3.connect(file)) as database:
        assert [] == database.execute("SELECT name FROM sqlite_master").fetchall()


def test_a_verification_does_not_upgrade(shell: Shell) -> None:
    """A verification leaves the tables of an earlier version as they are, on either database."""
    shell.settings()
    asyncio.run(_version(shell.storage, "UPDATE alembic_version SET version_num = '0000'"))
    done = shell.run("audit", "verify")

    assert 2 == done.exit_code, done.output
    assert "run `postledger db upgrade`" in done.stderr
    assert "0000" == asyncio.run(_version(shell.storage))


async def _version(storage: Storage, *statements: str) -> str:
    database = Database(storage.database_url or "")
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    await database.close()
    return str(found)
