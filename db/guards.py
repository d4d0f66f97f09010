"""The guards: triggers that keep the append-only tables append-only.

They refuse UPDATE, DELETE and TRUNCATE, and an INSERT whose row is out of order or exists already:
on SQLite, `INSERT OR REPLACE` could replace a row without its DELETE trigger. The database's owner
can drop the guards, so a verification compares the whole schema (`db.schema`).
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, inspect, text

_IN_ORDER: Final = {
    "audit_event": "NEW.seq = (SELECT COALESCE(MAX(seq), -1) + 1 FROM audit_event)",
    "audit_node": "NOT EXISTS (SELECT 1 FROM audit_node WHERE level = NEW.level AND idx = NEW.idx)",
    "audit_search": "NOT EXISTS (SELECT 1 FROM audit_search WHERE seq = NEW.seq)",
    "audit_checkpoint": "NEW.size > (SELECT COALESCE(MAX(size), -1) FROM audit_checkpoint)",
    "audit_key": "NEW.from_size > (SELECT COALESCE(MAX(from_size), -1) FROM audit_key)",
    "audit_archive": (
        "NOT EXISTS (SELECT 1 FROM audit_archive WHERE log_id = NEW.log_id "
        "AND kind = NEW.kind AND position = NEW.position)"
    ),
    "email_settings_revision": (
        "NEW.revision = (SELECT COALESCE(MAX(revision), 0) + 1 "
        "FROM email_settings_revision WHERE scope = NEW.scope)"
    ),
    "secret_fingerprint": (
        "NEW.version > (SELECT COALESCE(MAX(version), 0) "
        "FROM secret_fingerprint WHERE scope = NEW.scope AND name = NEW.name)"
    ),
}
"""The condition that a new row must meet, by table."""

GUARDED: Final = frozenset(_IN_ORDER)

_POSTGRESQL: Final = {
    "no_change": ("BEFORE UPDATE OR DELETE", "ROW", "refuse"),
    "no_truncate": ("BEFORE TRUNCATE", "STATEMENT", "refuse"),
    "in_order": ("BEFORE INSERT", "ROW", "order"),
}

_SEARCH_INDEX: Final = (
    "CREATE TRIGGER audit_search_index AFTER INSERT ON audit_search "
    "BEGIN INSERT INTO audit_search_words (rowid, words) VALUES (NEW.seq, NEW.words); END"
)


def create_guards(connection: Connection) -> None:
    """Creates the guards of every guarded table that exists."""
    on_sqlite = connection.dialect.name == "sqlite"
    for table in filter(inspect(connection).has_table, _IN_ORDER):
        for statement in _sqlite(table) if on_sqlite else _create_postgresql(table):
            connection.exec_driver_sql(statement)


def drop_guards(connection: Connection) -> None:
    """Drops every trigger on the guarded tables. Only migrations and a new trail need this."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    on_sqlite = connection.dialect.name == "sqlite"
    for table, name in list(_triggers(connection)):
        where = "" if on_sqlite else f" ON {quote(table)}"
        connection.exec_driver_sql(f"DROP TRIGGER {quote(name)}{where}")


def _triggers(connection: Connection) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        # SQLite keeps a table's name and a row's type in the case in which they were written.
        query = "SELECT lower(tbl_name), name FROM sqlite_master WHERE lower(type) = 'trigger'"
    else:
        query = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
    for table, name in connection.execute(text(query)).all():
        if table in GUARDED:
            yield table, name


def _sqlite(table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only"
    guards = [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {refuse}'); END"
        for verb in ("update", "delete")
    ]
    guards.append(
        f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
        f"WHEN NOT ({_IN_ORDER[table]}) {refuse}: out of order'); END"
    )
    return [*guards, _SEARCH_INDEX] if table == "audit_search" else guards


def _create_postgresql(table: str) -> list[str]:
    statements = [
        f"CREATE OR REPLACE FUNCTION {table}_{function}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $${_function_body(table, function)}$$"
        for function in ("refuse", "order")
    ]
    for name, (when, each, function) in _POSTGRESQL.items():
        each_row = f"FOR EACH {each} EXECUTE FUNCTION {table}_{function}()"
        statements.append(f"CREATE TRIGGER {table}_{name} {when} ON {table} {each_row}")
        statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}")
    return statements


def _function_body(table: str, function: str) -> str:
    if function == "refuse":
        return f" BEGIN RAISE EXCEPTION '{table} is append-only'; END "
    return (
        f" BEGIN IF NOT ({_IN_ORDER[table]}) THEN "
        f"RAISE EXCEPTION '{table} is append-only: out of order'; END IF; RETURN NEW; END "
    )
