"""Append-only tables resist every SQL statement through the service's own connection."""

from dataclasses import dataclass
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.engine.database import Database
from db.guards import GUARDED, create_guards, drop_guards
from db.queries.trail_reading import actual_schema
from db.schema.expected import expected_schema
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class _Rows:
    """Three rows of a table, as SQL: the first, the next, and a row that is then out of order.

    `out_of_order` is None if rows may come in any order, and only a duplicate is refused.
    """

    columns: str
    first: str
    following: str
    out_of_order: str | None = None


_BODY: Final = """'{"ts" :"2026-11-23T00:00:00.000000Z","action" :"X","outcome" :"Y"}'"""
_REVISION: Final = (
    "25, false, 'NONE', '[]', 'NONE', 30, 'x', 'SYSTEM', 'x', 0",
    (
        "smtp_port, enable_secure_connection, tls_mode, trusted_certificates, auth_mechanism, "
        "timeout_seconds, created_at, actor_kind, actor_name, audit_seq"
    ),
)
ROWS: Final = {
    "audit_event": _Rows(
        "seq, body, leaf", f"0, {_BODY}, 'leaf'", f"1, {_BODY}, 'leaf'", f"3, {_BODY}, 'leaf'"
    ),
    "audit_node": _Rows("level, idx, hash", "0, 0, 'x'", "0, 1, 'x'"),
    "audit_search": _Rows("seq, words", "0, 'x'", "1, 'x'"),
    "audit_checkpoint": _Rows("size, note", "5, 'x'", "6, 'x'", "4, 'x'"),
    "audit_key": _Rows("from_size, verifier_key", "5, 'x'", "6, 'x'", "4, 'x'"),
    "audit_archive": _Rows(
        "log_id, kind, position, content", "'x', 'event', 0, 'x'", "'x', 'event', 1, 'x'"
    ),
    "email_settings_revision": _Rows(
        f"scope, revision, {_REVISION[1]}",
        f"'host', 1, {_REVISION[0]}",
        f"'host', 2, {_REVISION[0]}",
        f"'host', 4, {_REVISION[0]}",
    ),
    "secret_fingerprint": _Rows(
        "scope, name, version, fingerprint",
        "'host', 'x', 5, 'a'",
        "'host', 'x', 6, 'b'",
        "'host', 'x', 4, 'c'",
    ),
}


def _insert(table: str, values: str, verb: str = "INSERT") -> str:
    return f"{verb} INTO {table} ({ROWS[table].columns}) VALUES ({values})"


async def _execute(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await (await session.connection()).exec_driver_sql(statement)


async def _refused(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        await _execute(database, statement)


def test_every_guarded_table_is_tried() -> None:
    """Every guarded table has rows here, so that the tests below try it."""
    assert GUARDED == ROWS.keys()


@pytest.mark.parametrize("table", ROWS)
async def test_a_guarded_table_takes_what_comes_next_and_nothing_else(
    database: Database, table: str
) -> None:
    """A guarded table refuses to change, remove, replace or repeat a row, and rows out of order."""
    rows = ROWS[table]
    column = rows.columns.rpartition(" ")[2]
    replacing = {
        "sqlite": _insert(table, rows.first, "INSERT OR REPLACE"),
        "postgresql": f"TRUNCATE {table}",
    }
    await _execute(database, _insert(table, rows.first))
    await _execute(database, _insert(table, rows.following))

    await _refused(database, f"UPDATE {table} SET {column} = {column}")
    await _refused(database, f"DELETE FROM {table}")
    await _refused(database, _insert(table, rows.first))
    await _refused(database, _insert(table, rows.following))
    await _refused(database, replacing[database.kind])
    if rows.out_of_order is not None:
        await _refused(database, _insert(table, rows.out_of_order))


async def test_guards_are_created_again_whatever_triggers_there_are(database_url: str) -> None:
    """Foreign triggers are dropped, whatever their names; otherwise no new trail could begin."""
    odd = {
        "sqlite": 'CREATE TRIGGER "my ""odd" AFTER INSERT ON AUDIT_EVENT BEGIN SELECT 1; END',
        "postgresql": 'CREATE TRIGGER "my ""odd" BEFORE INSERT ON audit_event '
        "FOR EACH ROW EXECUTE FUNCTION audit_event_order()",
    }
    database = Database(database_url)
    await tamper(database_url, odd[database.kind], guards_too=False)
    async with database.engine.begin() as connection:
        await connection.run_sync(drop_guards)
        await connection.run_sync(create_guards)
    async with database.reading() as session:
        actual = await actual_schema(session)
    await database.close()

    assert expected_schema(database.kind) == actual


async def test_a_table_that_does_not_exist_yet_is_skipped(database: Database) -> None:
    """A migration can create the guards before a later one creates another guarded table."""
    async with database.engine.begin() as connection:
        await connection.run_sync(drop_guards)
        await connection.execute(text("DROP TABLE audit_archive"))
        await connection.run_sync(create_guards)

    await _execute(database, _insert("audit_key", "0, 'x'"))
    await _refused(database, "DELETE FROM audit_key")
