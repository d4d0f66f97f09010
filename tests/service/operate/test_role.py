"""The service on PostgreSQL with a role that owns no tables and has only the documented rights."""

import re
import secrets
from dataclasses import replace

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from db.engine.database import Database
from service.operate.startup import open_runtime
from service.process.storage import Storage
from tests.support.root import ROOT
from tests.support.trail.living import live, verified
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio


async def test_the_documented_role_is_enough_and_not_too_much(postgresql_storage: Storage) -> None:
    """The service works with the documented role, which cannot edit events or change guards."""
    document = (ROOT / "docs/auditing.md").read_text(encoding="utf-8")
    granted = re.findall(r"```sql\n(.*?)```", document, re.DOTALL)[0]
    role = f"service_{secrets.token_hex(4)}"
    statements = granted.replace("TO postledger", f"TO {role}").split(";\n")
    url = postgresql_storage.database_url or ""
    await tamper(url, f"CREATE ROLE {role} LOGIN", *filter(None, statements), guards_too=False)
    limited = make_url(url).set(username=role).render_as_string(hide_password=False)
    try:
        async with open_runtime(replace(postgresql_storage, database_url=limited)) as runtime:
            await live(runtime)

            assert [] == await verified(runtime)
            for statement in (
                "ALTER TABLE audit_event DISABLE TRIGGER USER",
                "DELETE FROM audit_event",
                "UPDATE audit_checkpoint SET note = ''",
                "DROP TABLE audit_node",
            ):
                with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                    await _execute(runtime.database, statement)
    finally:
        await tamper(url, f"DROP OWNED BY {role}", f"DROP ROLE {role}", guards_too=False)


async def _execute(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await (await session.connection()).execute(text(statement))
