"""Writes a generated trail directly into a database, without the service and its guards."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from audit.c2sp.note_keys import Signer
from bench.generate import COLUMNS, GeneratedTrail, Rows
from db.guards import create_guards, drop_guards
from service.operate.startup import open_closed_trail, open_runtime, upgrade_database
from service.process.storage import Storage, database_url


async def fill_database(storage: Storage, seed: bytes, count: int) -> None:
    """Writes a trail of `count` events into an empty database of either kind."""
    await upgrade_database(storage)
    async with open_runtime(storage) as runtime:
        kind = runtime.database.kind
        async with runtime.database.engine.begin() as connection:
            await connection.run_sync(drop_guards)
    url = make_url(database_url(storage))
    if kind == "sqlite":
        await asyncio.to_thread(_fill_sqlite, Path(url.database or ""), seed, count)
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        await _fill_postgresql(plain, seed, count)
    async with open_closed_trail(storage) as runtime, runtime.database.engine.begin() as connection:
        await connection.run_sync(create_guards)


def _fill_sqlite(file: Path, seed: bytes, count: int) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    log_id, origin = connection.execute("SELECT log_id, origin FROM audit_head").fetchone()
    trail = GeneratedTrail(log_id, origin, Signer.from_seed(origin, seed))
    for rows in trail.batches(count):
        for table, waiting in rows.items():
            connection.executemany(_insert(table), waiting)
        connection.execute(
            "INSERT INTO audit_search_words (rowid, words) "
            "SELECT seq, words FROM audit_search WHERE seq >= ?",
            (trail.size - len(rows["audit_event"]),),
        )
        connection.commit()
    connection.execute(
        "UPDATE audit_head SET size = ?, last_leaf = ?, last_ts = ?, frontier = ?", _end(trail)
    )
    connection.execute("UPDATE email_settings SET revision = ?", (trail.revision,))
    connection.commit()
    connection.close()


async def _fill_postgresql(url: str, seed: bytes, count: int) -> None:
    connection = await asyncpg.connect(url)
    head = await connection.fetchrow("SELECT log_id, origin FROM audit_head")
    trail = GeneratedTrail(head["log_id"], head["origin"], Signer.from_seed(head["origin"], seed))
    for rows in trail.batches(count):
        await _copy(connection, rows)
    await connection.execute(
        "UPDATE audit_head SET size = $1, last_leaf = $2, last_ts = $3, frontier = $4", *_end(trail)
    )
    await connection.execute("UPDATE email_settings SET revision = $1", trail.revision)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _copy(connection: asyncpg.Connection, rows: Rows) -> None:
    for table, waiting in rows.items():
        await connection.copy_records_to_table(table, records=waiting, columns=COLUMNS[table])


def _insert(table: str) -> str:
    columns = COLUMNS[table]
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 (fixed names)


def _end(trail: GeneratedTrail) -> Sequence[Any]:
    return (trail.size, trail.last_leaf, trail.last_ts, b"".join(trail.frontier))
