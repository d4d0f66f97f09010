"""Queries on test emails. They are numbered from 1 in the order of their requests."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, desc
from sqlmodel import col, func, or_, select

from db.engine.database import Session
from db.queries.keyset import Window, rows_in_window
from db.queries.plain import plain_rows
from db.tables import EmailTestRow

RUNNING = "RUNNING"
_NUMBER = col(EmailTestRow.number)


async def email_test(session: Session, test_id: str) -> EmailTestRow | None:
    """Returns a test email by its id."""
    return await session.get(EmailTestRow, test_id)


async def email_tests(session: Session, window: Window) -> list[EmailTestRow]:
    """Reads the tests of a window, newest first."""
    return await rows_in_window(session, select(EmailTestRow), _NUMBER, window)


async def email_tests_by_id(session: Session, ids: Collection[str]) -> dict[str, EmailTestRow]:
    """Returns the test emails that exist among some ids; the rows are read-only."""
    rows = await plain_rows(session, EmailTestRow, col(EmailTestRow.id).in_(ids))
    return {row.id: row for row in rows}


async def next_number(session: Session) -> int:
    """Returns the number of the next test.

    The caller holds a lock, so that no other transaction takes the same number.
    """
    return ((await session.exec(select(func.max(_NUMBER)))).one() or 0) + 1


async def open_email_test(session: Session, test_id: str) -> EmailTestRow | None:
    """Returns a test email if it has not ended, and locks it until the transaction ends."""
    query = (
        select(EmailTestRow)
        .where(EmailTestRow.id == test_id, EmailTestRow.outcome == RUNNING)
        .with_for_update()
    )
    return (await session.exec(query)).one_or_none()


async def open_test_emails(session: Session) -> list[EmailTestRow]:
    """Reads the test emails that have not ended, oldest first; locks them for the transaction."""
    query = (
        select(EmailTestRow)
        .where(EmailTestRow.outcome == RUNNING)
        .order_by(_NUMBER)
        .with_for_update()
    )
    return list((await session.exec(query)).all())


async def count_running(session: Session) -> int:
    """Counts the tests that are running."""
    query = select(func.count()).where(EmailTestRow.outcome == RUNNING)
    return (await session.exec(query)).one()


async def nth_newest_start(session: Session, place: int, actor_id: str | None) -> str | None:
    """Returns the start of the `place`-th newest test of one actor, or of all actors for None."""
    query = select(EmailTestRow.started_at)
    if actor_id is not None:
        query = query.where(EmailTestRow.actor_id == actor_id)
    query = query.order_by(desc(_NUMBER)).offset(place - 1).limit(1)
    return (await session.exec(query)).one_or_none()


async def with_key(
    session: Session, actor_id: str | None, key: str, since: str
) -> EmailTestRow | None:
    """Returns an actor's newest test with an idempotency key, if it began at `since` or later."""
    return await _newest(
        session,
        (
            col(EmailTestRow.actor_id) == actor_id,
            EmailTestRow.idempotency_key == key,
            EmailTestRow.started_at >= since,
        ),
    )


async def last_conclusive(session: Session, digest: str) -> EmailTestRow | None:
    """Returns the last test of these values that passed or failed."""
    failed = col(EmailTestRow.outcome) == "FAILED"
    return await _newest(session, (EmailTestRow.values_digest == digest, or_(failed, _passed())))


async def last_passed(session: Session) -> EmailTestRow | None:
    """Returns the last test that passed, with any values."""
    return await _newest(session, (_passed(),))


def _passed() -> ColumnElement[bool]:
    """Builds the condition for a test that passed: it signed in at least.

    A test that only connected says nothing about the other settings.
    """
    reached = (col(EmailTestRow.outcome) == "REACHED") & (col(EmailTestRow.depth) != "CONNECT")
    return or_(col(EmailTestRow.outcome) == "ACCEPTED", reached)


async def _newest(
    session: Session, conditions: Iterable[ColumnElement[bool] | bool]
) -> EmailTestRow | None:
    query = select(EmailTestRow).where(*conditions).order_by(desc(_NUMBER)).limit(1)
    return (await session.exec(query)).one_or_none()
