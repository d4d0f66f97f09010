"""Whether SQLite's index of words is the one that the events' words make.

FTS5's own check compares sums without a key: whoever has the file can put another word in a word's
place that leaves them as they are. So the index is made again, beside the database, and compared.
"""

import secrets
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BESIDE: Final = (
    (
        "CREATE VIRTUAL TABLE temp.remade USING fts5(words, content='', columnsize=0, detail=none, "
        "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    ),
    "INSERT INTO temp.remade (rowid, words) SELECT seq, words FROM main.audit_search",
    "CREATE VIRTUAL TABLE temp.remade_uses USING fts5vocab(temp, remade, instance)",
    "CREATE VIRTUAL TABLE temp.standing_uses USING fts5vocab(main, audit_search_words, instance)",
)
_BITS: Final = 2**30 - 1
_AWAY: Final = tuple(
    f"DROP TABLE temp.{name}" for name in ("standing_uses", "remade_uses", "remade")
)


async def words_differ(connection: AsyncConnection) -> bool:
    """Whether the index leads from any word to other events than those that have it.

    Writes into a temporary database only.
    """
    await _add_fingerprint(connection)
    for statement in _BESIDE:
        await connection.exec_driver_sql(statement)
    # Numbers that nobody knew: the sums cannot be made to agree beforehand.
    keys = {"factor": secrets.randbits(30) | 1, "offset": secrets.randbits(30)}
    tables = "standing_uses", "remade_uses"
    standing, remade = [await _sum(connection, uses, keys) for uses in tables]
    for statement in _AWAY:
        await connection.exec_driver_sql(statement)
    return standing != remade


async def _sum(
    connection: AsyncConnection, uses: str, keys: Mapping[str, int]
) -> tuple[int, int | None]:
    """How many words there are, and the sum of their fingerprints with their events.

    Of a word's events a sum is taken as well, as a common word has them all: of 30 bits of each
    number's square, after a secret factor and offset.
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
