"""The guards of the append-only tables: what they are, and putting them up.

They refuse UPDATE, DELETE and TRUNCATE, and every row that does not come next or stands already:
on SQLite `INSERT OR REPLACE` would slip past a DELETE trigger. Whoever owns the database can take
them down; so `db.guards_standing` gives what stands now, to be compared with `expected_guards`.
"""

from typing import Final

from sqlalchemy import Connection
from sqlmodel import SQLModel

import db.tables  # noqa: F401 (fills the metadata)
from db.guards_standing import describe_trigger, read_triggers, simplified

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
"""What must be true of a new row, by table."""

GUARDED: Final = frozenset(_IN_ORDER)
OURS: Final = frozenset(SQLModel.metadata.tables)
"""All tables of the service: in none of them anybody else's trigger or rule has a place."""

_PRIMARY_KEYS: Final = {
    "audit_event": "seq",
    "audit_node": "level, idx",
    "audit_search": "seq",
    "audit_checkpoint": "size",
    "audit_key": "from_size",
    "audit_archive": "log_id, kind, position",
    "email_settings_revision": "scope, revision",
    "secret_fingerprint": "scope, name, version",
}

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
_SEARCH_WORDS: Final = (
    "CREATE VIRTUAL TABLE audit_search_words USING fts5(words, content='audit_search', "
    "content_rowid='seq', detail=none, "
    "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
)
_GENERATED: Final = {
    "ts": ("ts",),
    "action": ("action",),
    "outcome": ("outcome",),
    "actor_id": ("actor", "id"),
    "revision": ("revision",),
    "correlation_id": ("correlation_id",),
}
"""The columns of events that follow from the body, and where in it."""


def create_guards(connection: Connection) -> None:
    """Puts up all guards, on those of the tables that are there."""
    on_sqlite = connection.dialect.name == "sqlite"
    for table in _IN_ORDER:
        statements = _sqlite(table).values() if on_sqlite else _create_postgresql(table)
        for statement in statements:
            connection.exec_driver_sql(statement)


def drop_guards(connection: Connection) -> None:
    """Takes down every trigger on the guarded tables. For migrations and new trails only."""
    on_sqlite = connection.dialect.name == "sqlite"
    for key in read_triggers(connection, GUARDED):
        table, _, name = key.partition(".")
        where = "" if on_sqlite else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")


def expected_guards(dialect: str) -> dict[str, str]:
    """The definitions that must stand, under `table.guard`, as `read_guards` tells them."""
    if dialect == "sqlite":
        triggers = {
            f"{table}.{name}": sql for table in _IN_ORDER for name, sql in _sqlite(table).items()
        }
        columns = {name: _json_extract(path) for name, path in _GENERATED.items()}
        triggers["audit_search.index of words"] = _SEARCH_WORDS
    else:
        triggers = {
            f"{table}.{table}_{name}": describe_trigger("A", kind, _function_body(table, function))
            for table in _IN_ORDER
            for name, (_, _, function, kind) in _POSTGRESQL.items()
        }
        columns = {name: _json_path(name, path) for name, path in _GENERATED.items()}
        triggers["audit_search.vector"] = simplified(
            "array_to_tsvector(string_to_array(words, ' '::text))"
        )
    keys = {f"{table}.primary key": key for table, key in _PRIMARY_KEYS.items()}
    generated = {f"audit_event.{name}": simplified(made) for name, made in columns.items()}
    kinds = {f"{table}.kind": "table" for table in OURS}
    return triggers | keys | generated | kinds


def _json_extract(path: tuple[str, ...]) -> str:
    return f"json_extract(body, '$.{'.'.join(path)}')"


def _json_path(name: str, path: tuple[str, ...]) -> str:
    made = f"((body)::jsonb #>> '{{{','.join(path)}}}'::text[])"
    return f"({made})::integer" if name == "revision" else made


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
