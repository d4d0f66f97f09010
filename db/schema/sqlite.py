"""The schema in SQLite's file: the statements that are stored there, and how SQLite reads them.

Both are compared, because an attacker who can write to the file can store a schema that says one
thing and is read as another: SQLite ignores the case of names, and a statement with `IF NOT EXISTS`
can do nothing (docs/decisions.md).
"""

import re
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from db.engine.damage import text_of

_WORD_INDEX: Final = "audit_search_words"
_WORD_INDEX_TABLES: Final = frozenset(
    {_WORD_INDEX, *(f"{_WORD_INDEX}_{part}" for part in ("config", "data", "docsize", "idx"))}
)
_SPACES: Final = re.compile(r"\s+")
_SPACES_AT_PUNCTUATION: Final = re.compile(r" ?([(),]) ?")
_QUOTED: Final = re.compile(r'"(\w+)"')


def read_file_schema(connection: Connection, tables: Collection[str]) -> dict[str, str]:
    """Reads the statements that mention the service's tables, and how SQLite reads these tables."""
    found = _statements(connection, frozenset(tables) | _WORD_INDEX_TABLES)
    for table in tables:
        found |= _columns(connection, table) | _indexes(connection, table)
    return found


def _statements(connection: Connection, service_tables: frozenset[str]) -> dict[str, str]:
    mentioned = re.compile(rf"(?<!\w)(?:{'|'.join(service_tables)})(?!\w)", re.IGNORECASE)
    found: dict[str, str] = {}
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM main.sqlite_master")
    for row in rows.all():
        kind, name, table, sql = map(text_of, row)
        if row.sql is None or not mentioned.search(f"{name} {table} {sql}"):
            continue  # the index of a constraint, or an object of another application
        if sql.startswith("CREATE VIEW ") and name.lower() not in service_tables:
            continue  # a view that may show the service's rows, but changes nothing
        key = f"{kind.lower()} {name.lower()}"
        # Two rows with the same name are a difference, whichever of them SQLite uses.
        statement = _normalized(sql)
        found[key] = f"{found[key]}; {statement}" if key in found else statement
    return found


def _normalized(sql: str) -> str:
    """Removes optional spaces and quotes, in which programs that write statements differ."""
    return _QUOTED.sub(r"\1", _SPACES_AT_PUNCTUATION.sub(r"\1", _SPACES.sub(" ", sql))).strip()


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
