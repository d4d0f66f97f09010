"""Whether the tables' indexes find what stands in the tables.

Whoever owns the database can make an index of some of the rows, or of other values, and then have
the catalogue say that it is of all of them: what is read by it lacks the others.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, TextClause, text

from db.engine.damage import text_of
from db.engine.database import Session
from db.schema.postgresql import Tables, found_tables, look_at_catalogue
from db.schema.standing import TABLES
from db.schema.words import words_differ

_READERS: Final = "seqscan", "indexscan", "indexonlyscan", "bitmapscan", "sort", "incremental_sort"


def _only(*readers: str) -> TextClause:
    """Has the planner read in no other way than these, for this transaction."""
    settings = (
        f"set_config('enable_{each}', '{'on' if each in readers else 'off'}', true)"
        for each in _READERS
    )
    return text(f"SELECT {', '.join(settings)}")


_BY_TABLE: Final = _only("seqscan")
# Without sorting, only an index gives an order; and what is read from nothing else are its values.
_BY_INDEX: Final = _only("indexscan", "indexonlyscan")
_BY_BITMAP: Final = _only("bitmapscan")
_WORDS: Final = ("vector",)
"""What an index of words is of."""

_INDEXES: Final = text(
    """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), x.relname, m.amname,
    ARRAY(SELECT quote_ident(a.attname)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u (number, place) JOIN pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = u.number ORDER BY u.place)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = ANY(CAST(:tables AS oid[])) AND c.relkind = 'r'
AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY 1, 2
"""
)


@dataclass(frozen=True, slots=True)
class _Index:
    """An index and what it is of, as the catalogue has it; the names are quoted."""

    table: str
    name: str
    method: str
    columns: tuple[str, ...]


async def damaged_indexes(session: Session) -> list[str]:
    """What is wrong with the tables' indexes, by which rows are found."""
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        return await connection.run_sync(_damaged_on_postgresql)
    found = await connection.execute(text("PRAGMA integrity_check"))
    return [text_of(message) for (message,) in found if message != "ok"]


async def damaged_words(session: Session) -> bool:
    """Whether the search's index finds other events by a word than those that have it.

    On PostgreSQL `damaged_indexes` looks at it, as far as it can be looked at.
    """
    connection = await session.connection()
    return connection.dialect.name == "sqlite" and await words_differ(connection)


def _damaged_on_postgresql(connection: Connection) -> list[str]:
    tables = found_tables(connection, TABLES)
    with look_at_catalogue(connection):
        # A number that nobody knew: the sums cannot be made to agree beforehand.
        seed = secrets.randbits(63)
        indexes = _indexes(connection, tables)
        return [
            f"{index.name} finds other rows than there are"
            for _, group in groupby(indexes, key=lambda each: each.table)
            for index in _damaged(connection, list(group), seed)
        ]


def _indexes(connection: Connection, tables: Tables) -> list[_Index]:
    rows = connection.execute(_INDEXES, {"tables": list(tables)})
    return [_Index(table, name, method, tuple(columns)) for table, name, method, columns in rows]


def _damaged(connection: Connection, indexes: list[_Index], seed: int) -> Iterator[_Index]:
    """Those of one table that give others than its rows."""
    trees = [index for index in indexes if index.method == "btree"]
    sums = ", ".join(["count(*)", *(_sum(index.columns) for index in trees)])
    connection.execute(_BY_TABLE)
    query = text(f"SELECT {sums} FROM {indexes[0].table}")
    count, *expected = connection.execute(query, {"seed": seed}).one()
    connection.execute(_BY_INDEX)
    for index, total in zip(trees, expected, strict=True):
        if _found_by(connection, index, seed) != (count, total, False):
            yield index
    connection.execute(_BY_BITMAP)
    for index in indexes:
        if index.columns == _WORDS and _count_by_words(connection, index) != count:
            yield index


def _found_by(connection: Connection, index: _Index, seed: int) -> tuple[int, int | None, bool]:
    """How many rows it gives, their sum, and whether one stands where no search would find it."""
    columns = ", ".join(index.columns)
    before = f"lag(ROW({columns})) OVER (ORDER BY {columns})"
    rows = f"SELECT {columns}, ROW({columns}) < {before} AS misplaced FROM {index.table}"
    query = f"SELECT count(*), {_sum(index.columns)}, bool_or(misplaced) FROM ({rows}) AS rows"
    count, total, misplaced = connection.execute(text(query), {"seed": seed}).one()
    return count, total, bool(misplaced)


def _count_by_words(connection: Connection, index: _Index) -> int:
    """How many rows it gives that lack a word which no row has: all, if it has all."""
    query = text(f"SELECT count(*) FROM {index.table} WHERE vector @@ CAST(:lacked AS tsquery)")
    return int(connection.execute(query, {"lacked": f"!{secrets.token_hex(16)}"}).scalar_one())


def _sum(columns: tuple[str, ...]) -> str:
    """The sum over rows of a number that nobody can foretell of a row's values."""
    row = f'ROW({", ".join(columns)})::text COLLATE "C"'
    return f"sum(hashtextextended({row}, CAST(:seed AS int8)))"
