"""Every way of losing the database raises the same family of errors."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from db.engine.database import Database
from tests.support.breakable import Breakable, breakable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Breakable]:
    """A way to a PostgreSQL database that can be broken."""
    async with breakable(postgresql_url) as opened:
        yield opened


@pytest.fixture
async def database(way: Breakable) -> AsyncIterator[Database]:
    """The database behind it."""
    opened = Database(way.url)
    yield opened
    await opened.close()


async def _ask(database: Database) -> None:
    async with database.reading() as session:
        await (await session.connection()).execute(text("SELECT 1"))


async def test_a_refused_connection(way: Breakable, database: Database) -> None:
    """A network's refusal becomes an `OperationalError`, and the database can be used after it."""
    await _ask(database)
    await way.refuse()
    with pytest.raises(OperationalError, match="Connect call failed"):
        await _ask(database)
    with pytest.raises(OperationalError, match="Connect call failed"):
        async with database.transaction() as session:
            await session.connection()
    await way.repair()
    await _ask(database)


async def test_a_connection_that_is_closed_at_once(way: Breakable, database: Database) -> None:
    """A connection that is accepted and closed at once raises an `OperationalError`."""
    way.cut()
    with pytest.raises(OperationalError):
        await _ask(database)


async def test_a_connection_that_breaks(way: Breakable, database: Database) -> None:
    """A connection that breaks during a statement raises an `OperationalError`."""
    async with database.transaction() as session:
        connection = await session.connection()
        way.hang()
        asking = asyncio.create_task(connection.execute(text("SELECT 1")))
        await asyncio.wait_for(way.held.wait(), 10)
        await way.refuse()
        with pytest.raises(OperationalError, match="closed in the middle of operation"):
            await asking
        await session.rollback()
