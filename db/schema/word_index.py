"""Checks whether SQLite's full-text index is the index of the events' words.

FTS5's own check compares sums without a key, so an attacker who has the file can replace a word in
the index by another word with the same sums. So this module builds the index again in a
temporary database, and compares the two by sums with a random key (docs/decisions.md).
"""

import secrets
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_REBUILD: Final = (
    (
        "CREATE VIRTUAL TABLE temp.remade USING fts5(words, content='', columnsize=0, detail=none, "
        "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    ),
    "INSERT INTO temp.remade (rowid, words) SELECT seq, words FROM main.audit_search",
    "CREATE VIRTUAL TABLE temp.remade_uses USING fts5vocab(temp, remade, instance)",
    "CREATE VIRTUAL TABLE temp.standing_uses USING fts5vocab(main, audit_search_words, instance)",
)
_BITS: Final = 2**30 - 1
_CLEAN_UP: Final = tuple(
    f"DROP TABLE temp.{name}" for name in ("standing_uses", "remade_uses", "remade")
)


async def words_differ(connection: AsyncConnection) -> bool:
    """Returns whether the index finds other events by any word than those that have it.

    It writes only into the connection's temporary database.
    """
    await _add_fingerprint(connection)
    for statement in _REBUILD:
        await connection.exec_driver_sql(statement)
    # The numbers are random and secret, so an attacker cannot prepare an index with equal sums.
    keys = {"factor": secrets.randbits(30) | 1, "offset": secrets.randbits(30)}
    tables = "standing_uses", "remade_uses"
    actual, rebuilt = [await _sum(connection, uses, keys) for uses in tables]
    for statement in _CLEAN_UP:
        await connection.exec_driver_sql(statement)
    return actual != rebuilt


async def _sum(
    connection: AsyncConnection, uses: str, keys: Mapping[str, int]
) -> tuple[int, int | None]:
    """Returns the number of words, and the sum of a keyed hash of each word with its events.

    A common word is in every event, so its events are summed before they are hashed: each number is
    multiplied by a secret factor and increased by a secret offset, and 30 bits of its square count.
    """
    mixed = f"SELECT term, (doc * :factor + :offset) & {_BITS} AS mixed FROM temp.{uses}"
    events = f"count(*) || ' ' || sum((mixed * mixed >> 14) & {_BITS})"
    words = f"SELECT term, {events} AS events FROM ({mixed}) GROUP BY term"
    query = f"SELECT count(*), sum(postledger_fingerprint(term, events)) FROM ({words})"
    count, total = (await connection.execute(text(query), keys)).one()
    return count, total


async def _add_fingerprint(connection: AsyncConnection) -> None:
    key = secrets.token_bytes(16)

    def fingerprint(word: str, events: str) -> int:
        made = blake2b(f"{word} {events}".encode(), digest_size=4, key=key)
        return int.from_bytes(made.digest())

    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.create_function("postledger_fingerprint", 2, fingerprint)
