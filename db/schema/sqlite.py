"""The schema in SQLite's file: what is written there, and what SQLite has made of it.

Both, because whoever owns the file can write a schema that says one thing and is read as another:
names in capitals are the same names to SQLite, and `IF NOT EXISTS` makes a text do nothing.
"""

import re
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from db.engine.damage import text_of

_WORDS: Final = "audit_search_words"
_WORDS_TABLES: Final = frozenset(
    {_WORDS, *(f"{_WORDS}_{part}" for part in ("config", "data", "docsize", "idx"))}
)
_SPACES: Final = re.compile(r"\s+")
_AROUND_MARKS: Final = re.compile(r" ?([(),]) ?")
_QUOTED: Final = re.compile(r'"(\w+)"')


def standing_in_file(connection: Connection, tables: Collection[str]) -> dict[str, str]:
    """What is written in the schema and speaks of our tables, and what these tables are."""
    found = _written(connection, frozenset(tables) | _WORDS_TABLES)
    for table in tables:
        found |= _columns(connection, table) | _indexes(connection, table)
    return found


def _written(connection: Connection, ours: frozenset[str]) -> dict[str, str]:
    mentioned = re.compile(rf"(?<!\w)(?:{'|'.join(ours)})(?!\w)", re.IGNORECASE)
    found: dict[str, str] = {}
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM main.sqlite_master")
    for row in rows.all():
        kind, name, table, sql = map(text_of, row)
        if row.sql is None or not mentioned.search(f"{name} {table} {sql}"):
            continue  # an index that a table brings with it, or something of somebody else's
        if sql.startswith("CREATE VIEW ") and name.lower() not in ours:
            continue  # it shows something of ours, perhaps, and changes nothing
        key = f"{kind.lower()} {name.lower()}"
        # Two rows of one name are one too many, whichever of them SQLite goes by.
        found[key] = f"{found[key]}; {_plain(sql)}" if key in found else _plain(sql)
    return found


def _plain(sql: str) -> str:
    """A statement without what a program that writes it puts in as it likes."""
    return _QUOTED.sub(r"\1", _AROUND_MARKS.sub(r"\1", _SPACES.sub(" ", sql))).strip()


def _columns(connection: Connection, table: str) -> dict[str, str]:
    rows = connection.exec_driver_sql(f"PRAGMA main.table_xinfo({table})").mappings()
    return {
        f"column {table}.{row['name']}": (
            f"{row['type'].upper()}{' not null' * row['notnull']}, default {row['dflt_value']}, "
            f"place in the key {row['pk']}, kind {row['hidden']}"
        )
        for row in rows
    }


def _indexes(connection: Connection, table: str) -> dict[str, str]:
    rows = connection.exec_driver_sql(f"PRAGMA main.index_list({table})").mappings().all()
    return {f"index of {table}: {row['name']}": _index(connection, **row) for row in rows}


def _index(
    connection: Connection, *, name: str, unique: int, origin: str, partial: int, **_: object
) -> str:
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    parts = connection.exec_driver_sql(f"PRAGMA main.index_xinfo({quoted})").mappings()
    columns = ", ".join(f"{part['name']} {part['coll']} {part['desc']}" for part in parts)
    return f"{'unique ' * unique}{'partial ' * partial}{origin}: {columns}"
