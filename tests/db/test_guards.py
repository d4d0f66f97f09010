"""Append-only tables hold against whoever speaks SQL through the service's own connection."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.database import Database

pytestmark = pytest.mark.anyio

BODY = '{"ts" :"2026-11-23T00:00:00.000000Z","action" :"X","outcome" :"Y"}'
INSERT = f"INSERT INTO audit_event (seq, body, leaf) VALUES (:seq, '{BODY}', 'leaf')"  # noqa: S608 (a test's own words)


async def _try(database: Database, statement: str, **values: int) -> None:
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(text(statement), values)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE audit_event SET leaf = 'other'", id="update"),
        pytest.param("DELETE FROM audit_event", id="delete"),
        pytest.param("DELETE FROM audit_event WHERE seq = 0", id="delete-one"),
        pytest.param(INSERT.replace(":seq", "2"), id="gap"),
        pytest.param(INSERT.replace(":seq", "0"), id="again"),
    ],
)
async def test_the_trail_refuses_everything_but_the_next_event(
    database: Database, statement: str
) -> None:
    """An event can be neither changed nor removed, and none can stand out of order."""
    await _try(database, INSERT, seq=0)

    with pytest.raises(DBAPIError, match="append-only"):
        await _try(database, statement)


async def test_the_trail_refuses_what_only_one_database_can_say(database: Database) -> None:
    """TRUNCATE and INSERT OR REPLACE go past ordinary guards; not past these."""
    await _try(database, INSERT, seq=0)
    statement = {
        "sqlite": INSERT.replace("INSERT", "INSERT OR REPLACE").replace(":seq", "0"),
        "postgresql": "TRUNCATE audit_event",
    }[database.kind]

    with pytest.raises(DBAPIError, match="append-only"):
        await _try(database, statement)
