"""The schema files, which verification compares with, have a fresh database's schema."""

import os

import pytest

from db.engine.database import Database
from db.queries.trail_reading import actual_schema
from db.schema.expected import as_written, expected_schema
from tests.docs.tables import WRITE_VARIABLE
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio


async def test_a_fresh_database_is_as_expected(database: Database) -> None:
    """The files in `db/schema` fit the newest migration; `./dev docs` writes them."""
    async with database.reading() as session:
        actual = await actual_schema(session)
    file = ROOT / f"db/schema/{database.kind}.txt"
    if os.environ.get(WRITE_VARIABLE):
        file.write_text(as_written(actual), encoding="utf-8")

    assert as_written(actual) == file.read_text(encoding="utf-8")
    assert actual == expected_schema(database.kind)
