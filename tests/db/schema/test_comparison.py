"""The comparison finds every change of the service's tables and of what could affect them."""

import secrets
from collections.abc import Sequence

import pytest

from db import migrate
from db.engine.database import Database
from db.guards import create_guards, drop_guards
from db.queries.trail_reading import actual_schema
from db.schema.expected import expected_schema
from tests.support.root import ROOT
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio


async def _differing(url: str) -> set[str]:
    """Returns the names of the objects that differ from a fresh database's."""
    database = Database(url)
    async with database.reading() as session:
        actual = await actual_schema(session)
    await database.close()
    expected = expected_schema(database.kind)
    return {name for name, _ in actual.items() ^ expected.items()}


async def _after(url: str, statements: Sequence[str]) -> set[str]:
    await tamper(url, *statements, guards_too=False)
    return await _differing(url)


def _in_capitals(kind: str, name: str) -> tuple[str, ...]:
    return (
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET type = '{kind.upper()}' WHERE name = '{name}'",
    )


_QUIET = "CREATE TRIGGER quiet AFTER UPDATE ON access_token BEGIN SELECT 1; END"
_SCHEMA = "PRAGMA writable_schema = ON"


def _rewritten(old: str, new: str) -> tuple[str, ...]:
    return (_SCHEMA, f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}')")


SQLITE = {
    "a hidden trigger": ((_QUIET, *_in_capitals("trigger", "quiet")), "trigger quiet"),
    "a trigger on a quoted table": (
        (_QUIET.replace("access_token", '"ACCESS_TOKEN"'),),
        "trigger quiet",
    ),
    "a hidden view": (
        (
            "ALTER TABLE access_token RENAME TO kept",
            "CREATE VIEW ACCESS_TOKEN AS SELECT * FROM kept",
            _SCHEMA,
            (
                "INSERT INTO sqlite_master SELECT 'table', 'access_token', 'access_token', 0, "
                "replace(sql, '\"kept\"', 'IF NOT EXISTS access_token') "
                "FROM sqlite_master WHERE name = 'kept'"
            ),
        ),
        "column access_token.id",
    ),
    "no primary key": (
        (
            "ALTER TABLE access_token RENAME TO old",
            "CREATE TABLE access_token AS SELECT * FROM old",
            "DROP TABLE old",
        ),
        "index of access_token: sqlite_autoindex_access_token_1",
    ),
    "a collation": (
        _rewritten("token_hash TEXT NOT", "token_hash TEXT COLLATE NOCASE NOT"),
        "index of access_token: sqlite_autoindex_access_token_3",
    ),
    "another column": (
        ("ALTER TABLE access_token ADD COLUMN more TEXT",),
        "column access_token.more",
    ),
    "replacing on conflict": (
        _rewritten(
            "PRIMARY KEY (scope, revision)", "PRIMARY KEY (scope, revision) ON CONFLICT REPLACE"
        ),
        "table email_settings_revision",
    ),
    "a check": (
        _rewritten("revoked_at TEXT", "revoked_at TEXT CHECK (revoked_at IS NULL)"),
        "table access_token",
    ),
    "a comment": (
        _rewritten("CREATE TABLE audit_head", "CREATE /**/ TABLE audit_head"),
        "table audit_head",
    ),
    "another index": (
        ("CREATE UNIQUE INDEX one ON email_settings (revision)",),
        "index one",
    ),
    "a foreign key of another table": (
        ("CREATE TABLE other (id TEXT REFERENCES access_token (id))",),
        "table other",
    ),
    "a forged word index": (
        ("DROP TABLE audit_search_words", "CREATE TABLE audit_search_words (words TEXT)"),
        "table audit_search_words",
    ),
}


@pytest.mark.parametrize("name", SQLITE)
async def test_a_difference_is_found_on_sqlite(sqlite_url: str, name: str) -> None:
    """A difference is found, even if the schema says one thing and SQLite reads another."""
    statements, expected = SQLITE[name]

    assert expected in await _after(sqlite_url, statements)


def _for_all_roles(setting: str) -> str:
    return (
        f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database()); END $$"
    )


_STEAL = (
    "CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER steal BEFORE INSERT ON access_token FOR EACH ROW EXECUTE FUNCTION steal()",
)
_EQUALS = "CREATE FUNCTION {0}(text, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true'"

POSTGRESQL = {
    "an internal trigger": (
        (*_STEAL, "UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'steal'"),
        "trigger on access_token: steal",
    ),
    "a check": (
        ("ALTER TABLE access_token ADD CONSTRAINT act CHECK (name <> '') NOT VALID",),
        "constraint of access_token: act",
    ),
    "a foreign key": (
        (
            "CREATE TABLE stolen (id text PRIMARY KEY)",
            (
                "ALTER TABLE access_token ADD CONSTRAINT away FOREIGN KEY (id) "
                "REFERENCES stolen ON DELETE CASCADE NOT VALID"
            ),
        ),
        "constraint of access_token: away",
    ),
    "a foreign key of another table": (
        ("CREATE TABLE other (id text CONSTRAINT held REFERENCES access_token)",),
        "reference to access_token: public.other.held",
    ),
    "a dropped key": (
        ("ALTER TABLE access_token DROP CONSTRAINT access_token_token_hash_key",),
        "constraint of access_token: access_token_token_hash_key",
    ),
    "a child": (
        ("CREATE TABLE beside () INHERITS (access_token)",),
        "inheritance of access_token: public.beside",
    ),
    "a parent": (
        ("CREATE TABLE above (id text NOT NULL)", "ALTER TABLE access_token INHERIT above"),
        "inheritance of access_token: public.above",
    ),
    "a domain": (
        ("CREATE DOMAIN d AS text", "ALTER TABLE access_token ALTER COLUMN name TYPE d"),
        "column of access_token: name",
    ),
    "a collation": (
        ('ALTER TABLE access_token ALTER COLUMN name TYPE text COLLATE "C"',),
        "column of access_token: name",
    ),
    "a default": (
        ("ALTER TABLE access_token ALTER COLUMN role SET DEFAULT 'ADMINISTRATOR'",),
        "column of access_token: role",
    ),
    "no separator": (
        (
            "DROP INDEX audit_search_vector",
            "ALTER TABLE audit_search DROP COLUMN vector",
            (
                "ALTER TABLE audit_search ADD COLUMN vector tsvector "
                "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ''))) STORED"
            ),
        ),
        "column of audit_search: vector",
    ),
    "a table that a crash empties": (
        ("ALTER TABLE access_token SET UNLOGGED",),
        "table access_token",
    ),
    "a table in another schema": (
        (
            "CREATE SCHEMA beside",
            "ALTER TABLE access_token SET SCHEMA beside",
            _for_all_roles("search_path = public, beside"),
        ),
        "table access_token",
    ),
    "an invalid index": (
        (
            (
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = 'audit_event_action'::regclass"
            ),
        ),
        "index of audit_event: audit_event_action",
    ),
    "an index in another order": (
        (
            "DROP INDEX audit_event_action",
            "CREATE INDEX audit_event_action ON audit_event (action DESC, seq)",
        ),
        "index of audit_event: audit_event_action",
    ),
    "a leaking guard": (
        ("ALTER FUNCTION audit_event_refuse() LEAKPROOF",),
        "trigger on audit_event: audit_event_no_change",
    ),
    "an event trigger": (
        (
            "CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
            "CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION et()",
        ),
        "event trigger et",
    ),
    "an operator": (
        (
            _EQUALS.format("public.same"),
            "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = same)",
        ),
        "operator public.=(text,character varying)",
    ),
    "a function": (
        (_EQUALS.format("public.starts_with"),),
        "function public.starts_with(text,character varying)",
    ),
    "a cast": (
        (
            "CREATE FUNCTION number(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE CAST (text AS int) WITH FUNCTION number(text) AS IMPLICIT",
        ),
        "cast text to integer",
    ),
    "a cast of the search's words": (
        (
            (
                "CREATE FUNCTION other(varchar) RETURNS tsquery LANGUAGE sql "
                "AS $$ SELECT 'x'::tsquery $$"
            ),
            "CREATE CAST (varchar AS tsquery) WITH FUNCTION other(varchar)",
        ),
        "cast character varying to tsquery",
    ),
    "a forged catalog": (
        (
            "CREATE TABLE public.pg_trigger AS SELECT * FROM pg_catalog.pg_trigger",
            "DROP TRIGGER audit_event_no_change ON audit_event",
            _for_all_roles("search_path = public, pg_catalog"),
        ),
        "trigger on audit_event: audit_event_no_change",
    ),
    "a search path with the catalog last": (
        (_for_all_roles("search_path = public, pg_catalog"),),
        "search path",
    ),
    "disabled guards": (
        (_for_all_roles("session_replication_role = replica"),),
        "setting of all roles: session_replication_role=replica",
    ),
}


@pytest.mark.parametrize("name", POSTGRESQL)
async def test_a_difference_is_found_on_postgresql(postgresql_url: str, name: str) -> None:
    """A difference is found at the tables, and anywhere that changes what statements do."""
    statements, expected = POSTGRESQL[name]

    assert expected in await _after(postgresql_url, statements)


OTHERS = {
    "sqlite": (
        "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
        "CREATE TABLE test_email_log (id INTEGER PRIMARY KEY)",
        "CREATE TABLE last_test_email (id INTEGER PRIMARY KEY)",
        "CREATE TRIGGER logged AFTER INSERT ON test_email_log BEGIN SELECT 1; END",
        "CREATE VIEW overview AS SELECT seq, action FROM audit_event",
        "ANALYZE",
    ),
    "postgresql": (
        "CREATE EXTENSION vector",
        _EQUALS.format("public.starts_with"),
        "ALTER EXTENSION vector ADD FUNCTION public.starts_with(text, varchar)",
        _EQUALS.format("public.alike"),
        'CREATE TABLE public.orders (id int PRIMARY KEY, label text COLLATE "C")',
        "CREATE VIEW public.overview AS SELECT seq, action FROM audit_event",
        "CREATE FUNCTION public.round(float8, int) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'",
        (
            "CREATE FUNCTION public.now_or(timestamptz) RETURNS timestamptz LANGUAGE sql "
            "AS 'SELECT now()'"
        ),
        (
            "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$"
        ),
        "CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE RULE kept AS ON DELETE TO orders DO INSTEAD NOTHING",
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
        "CREATE CAST (varchar AS jsonb) WITH INOUT AS IMPLICIT",
        "CREATE TYPE public.color AS ENUM ('red')",
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.access_token (id int)",
        "CREATE FUNCTION shop.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
        _EQUALS.format("shop.same"),
        "CREATE OPERATOR shop.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = shop.same)",
        "VACUUM ANALYZE",
    ),
}


async def test_objects_of_other_applications_are_ignored(database_url: str) -> None:
    """Other applications may have objects that cannot affect the service's tables."""
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"

    assert set() == await _after(database_url, OTHERS[kind])


@pytest.mark.parametrize("writes", [True, False], ids=["writes", "only reads"])
async def test_a_roles_settings_count_where_it_writes(postgresql_url: str, *, writes: bool) -> None:
    """Settings of a role that only reads are ignored: the service's roles write."""
    role = f"other_{secrets.token_hex(4)}"
    given = f"GRANT {'INSERT' if writes else 'SELECT'} ON audit_event TO {role}"
    setting = f"ALTER ROLE {role} SET enable_seqscan = off"
    try:
        found = await _after(postgresql_url, (f"CREATE ROLE {role}", given, setting))
    finally:
        await tamper(postgresql_url, f"DROP OWNED BY {role}", f"DROP ROLE {role}", guards_too=False)

    assert ({f"setting of {role}: enable_seqscan=off"} if writes else set()) == found


async def test_the_tables_may_be_in_another_schema(postgresql_url: str) -> None:
    """The tables may be in any schema of the search path, if all are in the same."""
    moved = (
        "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables "
        "WHERE schemaname = 'public' LOOP EXECUTE format('ALTER TABLE %I SET SCHEMA mail', name); "
        "END LOOP; FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = "
        "'public'::regnamespace LOOP EXECUTE format('ALTER FUNCTION %s SET SCHEMA mail', name); "
        "END LOOP; END $$"
    )
    path = _for_all_roles("search_path = mail, public")

    assert set() == await _after(postgresql_url, ("CREATE SCHEMA mail", moved, path))


async def test_single_migrations_lead_to_the_expected_schema(empty_url: str) -> None:
    """A database that was upgraded version by version, with a new trail, is as a fresh one."""
    database = Database(empty_url)
    versions = (ROOT / "db" / "migrations" / "versions").glob("[0-9]*.py")
    for step in sorted(version.name.partition("_")[0] for version in versions):
        async with database.engine.begin() as connection:
            await connection.run_sync(migrate._upgrade, step)
    async with database.engine.begin() as connection:
        await connection.run_sync(drop_guards)
        await connection.run_sync(create_guards)
    pending = await migrate.pending(database)
    await database.close()

    assert not pending
    assert set() == await _differing(empty_url)
