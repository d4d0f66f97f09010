"""What an attacker with the database does: plain SQL, without the service and its guards."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

REBUILD_SEARCH: Final = "INSERT INTO audit_search_words (audit_search_words) VALUES ('rebuild')"
"""What SQLite's index needs after a change of its words; PostgreSQL's is updated automatically."""

_BLOB: Final = re.compile(r"\{blob:([0-9a-f]*)\}")
"""How a statement contains bytes, which the databases write differently."""


async def tamper(url: str, *statements: str, guards_too: bool = True) -> None:
    """Runs statements on the database's file, or as its superuser, with the guards removed.

    Afterwards the guards are restored, as a careful attacker would do.
    """
    if make_url(url).get_backend_name() == "sqlite":
        await asyncio.to_thread(_tamper_sqlite, url, statements, guards_too=guards_too)
        return
    connection = await asyncpg.connect(_dsn(url))
    try:
        guards = await connection.fetch(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal"
        )
        for table, _ in guards if guards_too else ():
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            if statement == REBUILD_SEARCH:
                continue
            await connection.execute(_BLOB.sub(r"'\\x\1'", statement))
        for table, guard in guards if guards_too else ():
            await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")
    finally:
        await connection.close()


def sqlite_file(url: str) -> Path:
    """Returns the path of the database's file."""
    return Path(make_url(url).database or "")


def _tamper_sqlite(url: str, statements: tuple[str, ...], *, guards_too: bool) -> None:
    connection = sqlite3.connect(sqlite_file(url))
    try:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers if guards_too else ():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(_BLOB.sub(r"x'\1'", statement))
        for _, sql in triggers if guards_too else ():
            connection.execute(sql)
        connection.commit()
    finally:
        connection.close()


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
