"""Which service processes count as alive."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine.database import Database, DatabaseUnavailableError
from db.engine.presence import is_alive, presence
from tests.support.breakable import breakable

pytestmark = pytest.mark.anyio

SOON = 0.01
DEADLINE = 20


async def _are_alive(database: Database, *owners: int) -> list[bool]:
    async with database.reading() as session:
        return [await is_alive(database, session, each) for each in owners]


async def _until_dead(database: Database, owner: int) -> None:
    """Waits until the server has noticed the end of a connection and released its lock."""
    async with asyncio.timeout(DEADLINE):
        while (await _are_alive(database, owner))[0]:  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)


async def _cut(database: Database) -> None:
    """Ends every other connection to the server, as its restart does."""
    async with database.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


async def test_a_process_is_alive_until_it_ends(postgresql_url: str, tmp_path: Path) -> None:
    """A process counts as alive by its own number, until it ends."""
    database = Database(postgresql_url)
    async with presence(database, tmp_path) as one:
        async with presence(database, tmp_path) as other:
            both = await _are_alive(database, one, other)
        await _until_dead(database, other)
        after = await _are_alive(database, one)
    await _until_dead(database, one)
    await database.close()

    assert [True, True] == both
    assert after[0]


async def test_a_lost_lock_is_taken_again(postgresql_url: str, tmp_path: Path) -> None:
    """A service whose database restarts soon counts as alive again."""
    watcher, database = Database(postgresql_url), Database(postgresql_url)
    async with presence(database, tmp_path, SOON) as owner:
        await _cut(watcher)
        async with asyncio.timeout(DEADLINE):
            while not (await _are_alive(watcher, owner))[0]:  # noqa: ASYNC110 (there is no event to wait for)
                await asyncio.sleep(0)
    await _until_dead(watcher, owner)
    await database.close()
    await watcher.close()


async def test_a_silent_database_does_not_hold_up_the_end(
    postgresql_url: str, tmp_path: Path
) -> None:
    """A service ends even if the database is silent, and counts as dead once it is disconnected."""
    watcher = Database(postgresql_url)
    async with breakable(postgresql_url) as way:
        database = Database(way.url)
        async with asyncio.timeout(DEADLINE), presence(database, tmp_path) as owner:
            alive = await _are_alive(watcher, owner)
            way.hang()
        await way.refuse()
        await _until_dead(watcher, owner)
        await database.close()
    await watcher.close()

    assert [True] == alive


async def test_a_silent_database_is_not_waited_for_at_the_start(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start with a silent database fails soon, with a sentence that says so."""
    monkeypatch.setattr("db.engine.presence._ANSWER_SECONDS", SOON)
    async with breakable(postgresql_url) as way:
        database = Database(way.url)
        way.hang()
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(DatabaseUnavailableError, match="did not answer"):
                await _begin(database, tmp_path)
        await way.refuse()
        await database.close()


async def _begin(database: Database, folder: Path) -> None:
    async with presence(database, folder):
        pytest.fail("it began")
