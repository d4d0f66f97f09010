"""The guards of the append-only tables: what they are, putting them up, and reading them back.

They refuse UPDATE, DELETE and TRUNCATE, and every row that does not come next or stands already:
on SQLite `INSERT OR REPLACE` would slip past a DELETE trigger. Whoever owns the database can take
them down; so `read_guards` gives what stands now, to be compared with `expected_guards`.
"""

from typing import Final

from sqlalchemy import Connection, text

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
}
"""What must be true of a new row, by table."""

# pg_trigger.tgtype: ROW 1, BEFORE 2, INSERT 4, DELETE 8, UPDATE 16, TRUNCATE 32.
_POSTGRESQL: Final = {
    "no_change": ("BEFORE UPDATE OR DELETE", "ROW", "refuse", 1 + 2 + 8 + 16),
    "no_truncate": ("BEFORE TRUNCATE", "STATEMENT", "refuse", 2 + 32),
    "in_order": ("BEFORE INSERT", "ROW", "order", 1 + 2 + 4),
}

_SEARCH_INDEX: Final = (
    "CREATE TRIGGER audit_search_index AFTER INSERT ON audit_search "
    "BEGIN INSERT INTO audit_search_words (rowid, words) VALUES (NEW.seq, NEW.words); END"
)
_GENERATED: Final = ("ts", "action", "outcome", "actor_id", "revision", "correlation_id")


def create_guards(connection: Connection) -> None:
    """Puts up all guards."""
    on_sqlite = connection.dialect.name == "sqlite"
    for table in _IN_ORDER:
        statements = _sqlite(table).values() if on_sqlite else _create_postgresql(table)
        for statement in statements:
            connection.exec_driver_sql(statement)


def drop_guards(connection: Connection) -> None:
    """Takes down every trigger on the guarded tables. For migrations and new trails only."""
    on_sqlite = connection.dialect.name == "sqlite"
    for key in _read_triggers(connection):
        table, _, name = key.partition(".")
        where = "" if on_sqlite else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")


def expected_guards(dialect: str) -> dict[str, str]:
    """The definitions that must stand, under `table.guard`, in the form of `read_guards`."""
    if dialect == "sqlite":
        triggers = {
            f"{table}.{name}": sql for table in _IN_ORDER for name, sql in _sqlite(table).items()
        }
    else:
        triggers = {
            f"{table}.{table}_{name}": _describe("A", kind, _function_body(table, function), "")
            for table in _IN_ORDER
            for name, (_, _, function, kind) in _POSTGRESQL.items()
        }
    return triggers | {f"audit_event.{name}": "generated" for name in _GENERATED}


def read_guards(connection: Connection) -> dict[str, str]:
    """The definitions that stand now: triggers on guarded tables, and generated columns."""
    columns = {f"audit_event.{name}": "generated" for name in _read_generated(connection)}
    return _read_triggers(connection) | columns


def _sqlite(table: str) -> dict[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only"
    guards = {
        f"{table}_no_{verb}": (
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {refuse}'); END"
        )
        for verb in ("update", "delete")
    }
    guards[f"{table}_in_order"] = (
        f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
        f"WHEN NOT ({_IN_ORDER[table]}) {refuse}: out of order'); END"
    )
    if table == "audit_search":
        guards["audit_search_index"] = _SEARCH_INDEX
    return guards


def _create_postgresql(table: str) -> list[str]:
    statements = [
        f"CREATE OR REPLACE FUNCTION {table}_{function}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $${_function_body(table, function)}$$"
        for function in ("refuse", "order")
    ]
    for name, (when, each, function, _) in _POSTGRESQL.items():
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


def _describe(enabled: str, kind: int, body: str, condition: str) -> str:
    return f"{enabled}|{kind}|{body}|{condition}"


def _read_triggers(connection: Connection) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        return {
            f"{table}.{name}": sql
            for table, name, sql in connection.exec_driver_sql(
                "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
            )
            if table in _IN_ORDER
        }
    rows = connection.execute(
        text(
            "SELECT c.relname, t.tgname, t.tgenabled::text, t.tgtype, p.prosrc, "
            "COALESCE(t.tgqual::text, '') || array_to_string(t.tgattr, ',') "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
    )
    return {
        f"{table}.{name}": _describe(enabled, kind, body, condition)
        for table, name, enabled, kind, body, condition in rows
        if table in _IN_ORDER
    }


def _read_generated(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        columns = connection.exec_driver_sql("PRAGMA table_xinfo(audit_event)").mappings()
        stored = 3  # SQLite's mark of a stored generated column
        return sorted(row["name"] for row in columns if row["hidden"] == stored)
    rows = connection.execute(
        text(
            "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE c.relname = 'audit_event' AND a.attgenerated = 's' "
            "AND pg_table_is_visible(c.oid) ORDER BY a.attname"
        )
    )
    return [name for (name,) in rows]
