"""Queries on test emails."""

from sqlmodel import col, select

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
