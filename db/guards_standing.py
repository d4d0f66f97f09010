"""The guards as they stand in a database now: everything that keeps a guarded table as it is.

Triggers with their functions, primary keys, the expressions of generated columns, that a table is
one and no view; and what could undo them from beside: rules and row security on PostgreSQL, a
trigger of somebody else's on any table of ours.
Each is told in one text under `table.guard`.
"""

import re
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

_SPACES: Final = re.compile(r"\s+")
_GENERATED_COLUMN: Final = re.compile(
    r'"?(\w+)"? \w+ GENERATED ALWAYS AS \((json_extract\(.*?\))\) STORED', re.IGNORECASE
)

_STORED: Final = 3
"""How `table_xinfo` calls a generated column that is kept."""


def read_guards(
    connection: Connection, guarded: Collection[str], ours: Collection[str]
) -> dict[str, str]:
    """What stands on the guarded tables, and on all of ours."""
    if connection.dialect.name == "sqlite":
        found = (
            _keys_of_sqlite(connection, guarded)
            | _generated_of_sqlite(connection)
            | _kinds_of_sqlite(connection, ours)
        )
    else:
        found = (
            _generated_of_postgresql(connection, ours)
            | _keys_of_postgresql(connection, guarded)
            | _rules(connection, ours)
            | _row_security(connection, ours)
            | _kinds_of_postgresql(connection, ours)
        )
    return read_triggers(connection, ours) | found


def read_triggers(connection: Connection, guarded: Collection[str]) -> dict[str, str]:
    """The triggers on some tables."""
    if connection.dialect.name == "sqlite":
        # SQLite keeps a table's name as whoever made the trigger wrote it.
        return {
            f"{table.lower()}.{name}": sql
            for table, name, sql in connection.exec_driver_sql(
                "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
            )
            if table.lower() in guarded
        }
    rows = connection.execute(
        text(
            "SELECT c.relname, t.tgname, t.tgenabled::text, t.tgtype, p.prosrc, "
            "concat_ws(' ', t.tgqual::text, nullif(array_to_string(t.tgattr, ','), ''), "
            "nullif(l.lanname, 'plpgsql'), array_to_string(p.proconfig, ','), "
            "CASE WHEN p.prosecdef THEN 'as its owner' END) "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
    )
    return {
        f"{table}.{name}": describe_trigger(enabled, kind, body, more)
        for table, name, enabled, kind, body, more in rows
        if table in guarded
    }


def describe_trigger(enabled: str, kind: int, body: str, more: str = "") -> str:
    """A trigger of PostgreSQL: whether it fires, when, what it does, and what else it was given."""
    return f"{enabled}|{kind}|{body}|{more}"


def is_off(description: str) -> bool:
    """Whether it describes a trigger that was switched off."""
    return description.startswith("D|")


def simplified(expression: str) -> str:
    """An expression without what databases put in as they like: spaces and outer brackets."""
    bare = _SPACES.sub("", expression)
    return bare.replace("(", "").replace(")", "")


def _generated_of_sqlite(connection: Connection) -> dict[str, str]:
    sql = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'audit_event'"
    ).scalar()
    if "--" in (sql or "") or "/*" in (sql or ""):
        return {}  # the service writes no comments there, behind which something else could stand
    rows = connection.exec_driver_sql("PRAGMA table_xinfo(audit_event)").mappings()
    stored = {row["name"] for row in rows if row["hidden"] == _STORED}
    columns = _GENERATED_COLUMN.findall(_SPACES.sub(" ", sql or ""))
    return {f"audit_event.{name}": simplified(made) for name, made in columns if name in stored}


def _kinds_of_sqlite(connection: Connection, ours: Collection[str]) -> dict[str, str]:
    rows = connection.exec_driver_sql("SELECT name, type, sql FROM sqlite_master").all()
    kinds = {
        f"{name}.kind": "table" if str(sql).startswith("CREATE TABLE") else kind
        for name, kind, sql in rows
        if name in ours
    }
    tables = {name: sql for name, kind, sql in rows if kind == "table"}
    words = tables.get("audit_search_words")
    return kinds | ({} if words is None else {"audit_search.index of words": words})


def _keys_of_sqlite(connection: Connection, guarded: Collection[str]) -> dict[str, str]:
    found = {}
    for table in guarded:
        rows = connection.exec_driver_sql(f"PRAGMA table_info({table})").mappings()
        parts = sorted((row["pk"], row["name"]) for row in rows if row["pk"])
        if parts:
            found[f"{table}.primary key"] = ", ".join(name for _, name in parts)
    return found


def _generated_of_postgresql(connection: Connection, ours: Collection[str]) -> dict[str, str]:
    columns = _catalogued(
        connection,
        ours,
        "SELECT c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        "WHERE a.attgenerated = 's' AND pg_table_is_visible(c.oid)",
    )
    return {name: simplified(made) for name, made in columns.items()}


def _keys_of_postgresql(connection: Connection, guarded: Collection[str]) -> dict[str, str]:
    return _catalogued(
        connection,
        guarded,
        "SELECT c.relname, 'primary key', "
        "array_to_string(array(SELECT a.attname FROM unnest(k.conkey) "
        "WITH ORDINALITY AS u(number, place) JOIN pg_attribute a "
        "ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY u.place), ', ') "
        "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "WHERE k.contype = 'p' AND k.convalidated AND pg_table_is_visible(c.oid)",
    )


def _rules(connection: Connection, ours: Collection[str]) -> dict[str, str]:
    return _catalogued(
        connection,
        ours,
        "SELECT c.relname, r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r "
        "JOIN pg_class c ON c.oid = r.ev_class WHERE pg_table_is_visible(c.oid)",
    )


def _kinds_of_postgresql(connection: Connection, ours: Collection[str]) -> dict[str, str]:
    return _catalogued(
        connection,
        ours,
        "SELECT relname, 'kind', CASE relkind WHEN 'r' THEN 'table' ELSE relkind::text END "
        "FROM pg_class WHERE pg_table_is_visible(oid)",
    )


def _row_security(connection: Connection, ours: Collection[str]) -> dict[str, str]:
    return _catalogued(
        connection,
        ours,
        "SELECT relname, 'row security', 'on' FROM pg_class "
        "WHERE (relrowsecurity OR relforcerowsecurity) AND pg_table_is_visible(oid)",
    )


def _catalogued(connection: Connection, tables: Collection[str], query: str) -> dict[str, str]:
    """What PostgreSQL's catalogue has of some tables; the query gives a table, a name, a text."""
    rows = connection.execute(text(query))
    return {f"{table}.{name}": told for table, name, told in rows if table in tables}
