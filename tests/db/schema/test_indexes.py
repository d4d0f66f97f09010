"""Indexes that have other rows than their tables."""

import pytest
from sqlalchemy import text

from db.engine.database import Database, Session
from db.schema.indexes import damaged_indexes
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio

_ROWS = (
    "INSERT INTO test_email (id, number, outcome, depth, revision, used_unsaved_changes, "
    "values_digest, report, actor_kind, actor_id, actor_name, owner, started_at) "
    "SELECT 'id ' || n, n, CASE n % 3 WHEN 0 THEN 'FAILED' ELSE 'ACCEPTED' END, 'CONNECT', 1, "
    "false, 'x', '{}', 'SYSTEM', CASE WHEN n > 5 THEN 'someone' END, 'x', 1, 'x' "
    "FROM generate_series(1, 40) AS n"
)
_AN_INDEX = "'test_email_outcome'::regclass"
_OF_EXPRESSIONS = (
    "UPDATE pg_index AS i SET indexprs = NULL, indkey = real.indkey, "
    "indcollation = real.indcollation "
    f"FROM pg_index AS real WHERE i.indexrelid = {_AN_INDEX} AND real.indexrelid = 'kept'::regclass"
)

ATTACKS = {
    "rows left out": (
        "CREATE INDEX test_email_outcome ON test_email (outcome, number) WHERE number <> 7",
        f"UPDATE pg_index SET indpred = NULL WHERE indexrelid = {_AN_INDEX}",
    ),
    "rows under another value": (
        (
            "CREATE INDEX test_email_outcome ON test_email "
            "((CASE number WHEN 7 THEN 'FAILED' ELSE outcome END), number)"
        ),
        _OF_EXPRESSIONS,
    ),
    "rows out of order": (
        "CREATE INDEX test_email_outcome ON test_email (outcome DESC, number)",
        f"UPDATE pg_index SET indoption = '0 0' WHERE indexrelid = {_AN_INDEX}",
    ),
    "a unique index without a row": (
        "ALTER TABLE test_email DROP CONSTRAINT test_email_number_key",
        "CREATE UNIQUE INDEX test_email_outcome ON test_email (number) WHERE number <> 7",
        f"UPDATE pg_index SET indpred = NULL WHERE indexrelid = {_AN_INDEX}",
    ),
}


async def _settings(session: Session) -> list[str]:
    query = text(
        "SELECT setting FROM pg_settings "
        "WHERE name LIKE 'enable%' OR name = 'search_path' ORDER BY name"
    )
    return list((await (await session.connection()).execute(query)).scalars())


async def _damaged(url: str) -> list[str]:
    database = Database(url)
    async with database.reading() as session:
        before = await _settings(session)
        found = await damaged_indexes(session)
        # The search leaves no setting changed.
        assert before == await _settings(session)
    await database.close()
    return found


async def test_an_index_of_words_is_looked_at_where_it_is_the_only_one(postgresql_url: str) -> None:
    """A table whose only index is that of words is checked by it, and found intact."""
    await tamper(
        postgresql_url,
        "ALTER TABLE audit_search DROP CONSTRAINT audit_search_pkey",
        guards_too=False,
    )

    assert [] == await _damaged(postgresql_url)


@pytest.mark.parametrize("name", [None, *ATTACKS])
async def test_an_index_of_other_rows_is_found(postgresql_url: str, name: str | None) -> None:
    """An index with other rows is found, even if the catalog hides it; an intact one is not."""
    remade = () if name is None else ("DROP INDEX test_email_outcome", *ATTACKS[name])
    kept = "CREATE INDEX kept ON test_email (outcome, number)"
    await tamper(postgresql_url, _ROWS, kept, *remade, "DROP INDEX kept", guards_too=False)
    expected = [] if name is None else ["test_email_outcome finds other rows than its table has"]
    assert expected == await _damaged(postgresql_url)
