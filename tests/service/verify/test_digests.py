"""The digests by which a reopened trail vouches for the rows that exist already."""

from hashlib import sha256

import pytest
import rfc8785

from db.engine.database import Database
from db.tables import EmailTestRow
from service.verify import digests

pytestmark = pytest.mark.anyio


def a_test(number: int) -> EmailTestRow:
    """Returns a test email that was accepted."""
    return EmailTestRow(
        id=str(number),
        number=number,
        outcome="ACCEPTED",
        depth="DELIVER",
        recipient="me@example.com",
        revision=1,
        used_unsaved_changes=False,
        values_digest="aa",
        report="{}",
        actor_kind="COMMAND_LINE",
        actor_id=None,
        actor_name="Command line",
        owner=1,
        idempotency_key=None,
        cancelled_by=None,
        started_at="2026-01-01T00:00:00.000000Z",
        finished_at="2026-01-01T00:00:01.000000Z",
    )


def line(row: EmailTestRow) -> bytes:
    """Returns the line that the digest of tests covers for one test."""
    cells = (
        *(row.number, row.id, row.outcome, row.depth, row.recipient, row.revision),
        *(row.used_unsaved_changes, row.values_digest, row.report, row.actor_kind, row.actor_id),
        *(row.actor_name, row.started_at, row.finished_at),
    )
    return rfc8785.dumps(list(cells)) + b"\n"


async def test_each_test_is_digested_once(database: Database) -> None:
    """The digest covers one line per test, in the order of their numbers."""
    rows = [a_test(number) for number in (1, 2, 3)]
    async with database.transaction() as session:
        session.add_all(rows)
    async with database.reading() as session:
        found = await digests.tests_digest(session, 3, ())

    assert sha256(b"".join(map(line, rows))).hexdigest() == found
