"""Queries on test emails."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, desc
from sqlmodel import col, or_, select

from db.database import Session
from db.tables import TestEmailRow

RUNNING = "RUNNING"


async def test_email(session: Session, test_id: str) -> TestEmailRow | None:
    """One test email."""
    return await session.get(TestEmailRow, test_id)


async def open_test_email(session: Session, test_id: str) -> TestEmailRow | None:
    """One test email that has not ended, locked until the transaction ends."""
    query = (
        select(TestEmailRow)
        .where(TestEmailRow.id == test_id, TestEmailRow.outcome == RUNNING)
        .with_for_update()
    )
    return (await session.exec(query)).one_or_none()


async def open_test_emails(session: Session) -> list[TestEmailRow]:
    """The test emails that have not ended, oldest first."""
    query = (
        select(TestEmailRow)
        .where(TestEmailRow.outcome == RUNNING)
        .order_by(col(TestEmailRow.started_at), col(TestEmailRow.id))
    )
    return list((await session.exec(query)).all())


async def last_telling(session: Session, digest: str) -> TestEmailRow | None:
    """The last test of these values that says something of them."""
    failed = col(TestEmailRow.outcome) == "FAILED"
    return await _newest(session, (TestEmailRow.values_digest == digest, or_(failed, _passed())))


async def last_passed(session: Session) -> TestEmailRow | None:
    """The last test that passed, of whatever values."""
    return await _newest(session, (_passed(),))


def _passed() -> ColumnElement[bool]:
    """It signed in at least; one that only connected says nothing of the other settings."""
    reached = (col(TestEmailRow.outcome) == "REACHED") & (col(TestEmailRow.depth) != "CONNECT")
    return or_(col(TestEmailRow.outcome) == "ACCEPTED", reached)


async def _newest(
    session: Session, conditions: Iterable[ColumnElement[bool] | bool]
) -> TestEmailRow | None:
    query = (
        select(TestEmailRow)
        .where(*conditions)
        .order_by(desc(col(TestEmailRow.started_at)), desc(col(TestEmailRow.id)))
        .limit(1)
    )
    return (await session.exec(query)).one_or_none()
