"""Checks whether the tables' indexes have exactly the rows of their tables.

The owner of a database can create an index of some rows, or of other values, and then edit the
catalog so that it describes an index of all rows. The schema is then as expected, but a query that
uses the index misses rows. So every index is read through (docs/decisions.md).
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, TextClause, text

from db.engine.damage import text_of
from db.engine.database import Session
from db.schema.actual import TABLES
from db.schema.postgresql import Tables, catalog_names_only, find_tables
from db.schema.word_index import words_differ

_METHODS: Final = "seqscan", "indexscan", "indexonlyscan", "bitmapscan", "sort", "incremental_sort"


def _allow_only(*methods: str) -> TextClause:
    """Builds a statement that lets the planner use only these methods in this transaction."""
    settings = (
        f"set_config('enable_{each}', '{'on' if each in methods else 'off'}', true)"
        for each in _METHODS
    )
    return text(f"SELECT {', '.join(settings)}")


_BY_TABLE: Final = _allow_only("seqscan")
# Without sorting, only an index can return rows in its order. A query of no other columns than the
# index's can then be answered from the index alone, so it returns the index's values.
_BY_INDEX: Final = _allow_only("indexscan", "indexonlyscan")
_BY_BITMAP: Final = _allow_only("bitmapscan")
_WORDS: Final = ("vector",)
"""The columns of an index of words."""

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
    """An index and its columns, as the catalog describes it; the names are quoted."""

    table: str
    name: str
    method: str
    columns: tuple[str, ...]


async def damaged_indexes(session: Session) -> list[str]:
    """Returns what is wrong with the tables' indexes, one message each."""
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        return await connection.run_sync(_damaged_on_postgresql)
    found = await connection.execute(text("PRAGMA integrity_check"))
    return [text_of(message) for (message,) in found if message != "ok"]


async def damaged_words(session: Session) -> bool:
    """Returns whether the search's index finds other events by a word than those that have it.

    On PostgreSQL, `damaged_indexes` checks that index as far as it can: its words cannot be listed.
    """
    connection = await session.connection()
    return connection.dialect.name == "sqlite" and await words_differ(connection)


def _damaged_on_postgresql(connection: Connection) -> list[str]:
    tables = find_tables(connection, TABLES)
    with catalog_names_only(connection):
        # The seed is random and secret, so an attacker cannot prepare values with equal sums.
        seed = secrets.randbits(63)
        indexes = _indexes(connection, tables)
        return [
            f"{index.name} finds other rows than its table has"
            for _, group in groupby(indexes, key=lambda each: each.table)
            for index in _damaged(connection, list(group), seed)
        ]


def _indexes(connection: Connection, tables: Tables) -> list[_Index]:
    rows = connection.execute(_INDEXES, {"tables": list(tables)})
    return [_Index(table, name, method, tuple(columns)) for table, name, method, columns in rows]


def _damaged(connection: Connection, indexes: list[_Index], seed: int) -> Iterator[_Index]:
    """Yields one table's indexes that have other rows than the table."""
    trees = [index for index in indexes if index.method == "btree"]
    sums = ", ".join(["count(*)", *(_sum(index.columns) for index in trees)])
    connection.execute(_BY_TABLE)
    query = text(f"SELECT {sums} FROM {indexes[0].table}")
    count, *expected = connection.execute(query, {"seed": seed}).one()
    connection.execute(_BY_INDEX)
    for index, total in zip(trees, expected, strict=True):
        if _read_index(connection, index, seed) != (count, total, False):
            yield index
    connection.execute(_BY_BITMAP)
    for index in indexes:
        if index.columns == _WORDS and _count_by_words(connection, index) != count:
            yield index


def _read_index(connection: Connection, index: _Index, seed: int) -> tuple[int, int | None, bool]:
    """Reads an index: its number of rows, their sum, and whether rows are out of order."""
    columns = ", ".join(index.columns)
    before = f"lag(ROW({columns})) OVER (ORDER BY {columns})"
    rows = f"SELECT {columns}, ROW({columns}) < {before} AS misplaced FROM {index.table}"
    query = f"SELECT count(*), {_sum(index.columns)}, bool_or(misplaced) FROM ({rows}) AS rows"
    count, total, misplaced = connection.execute(text(query), {"seed": seed}).one()
    return count, total, bool(misplaced)


def _count_by_words(connection: Connection, index: _Index) -> int:
    """Counts the rows that the index finds by the negation of a random word.

    No row has the word, so a complete index finds every row.
    """
    query = text(f"SELECT count(*) FROM {index.table} WHERE vector @@ CAST(:lacked AS tsquery)")
    return int(connection.execute(query, {"lacked": f"!{secrets.token_hex(16)}"}).scalar_one())


def _sum(columns: tuple[str, ...]) -> str:
    """Builds an SQL sum, over the rows, of a hash of the row's values with a secret seed."""
    row = f'ROW({", ".join(columns)})::text COLLATE "C"'
    return f"sum(hashtextextended({row}, CAST(:seed AS int8)))"
