"""Queries on the trail's tables. What an event is, and its order, is decided in `audit/`."""

from sqlalchemy import desc, insert
from sqlmodel import col, select

from db.database import Session
from db.tables import AuditEventRow, AuditHead, AuditSearchRow


async def lock_head(session: Session) -> AuditHead:
    """The trail's end, locked until the transaction ends: appending transactions wait here."""
    return (await session.exec(select(AuditHead).with_for_update())).one()


async def insert_event(session: Session, seq: int, body: str, leaf: str, prev: str | None) -> None:
    """Adds an event; the database generates its other columns from the body."""
    await session.exec(insert(AuditEventRow).values(seq=seq, body=body, leaf=leaf, prev=prev))


async def insert_search(session: Session, seq: int, words: str) -> None:
    """Adds an event's words, for the search."""
    await session.exec(insert(AuditSearchRow).values(seq=seq, words=words))


async def head(session: Session) -> AuditHead:
    """The trail's end as it stands, not locked."""
    return (await session.exec(select(AuditHead))).one()


async def bodies(session: Session, first: int, limit: int) -> list[str]:
    """The bodies of up to `limit` events from one on, in order."""
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow.body).where(seq >= first).order_by(seq).limit(limit)
    return list((await session.exec(query)).all())


async def event(session: Session, seq: int) -> AuditEventRow | None:
    """One event."""
    return await session.get(AuditEventRow, seq)


async def events(
    session: Session, *, above: int | None, below: int | None, newest: bool, limit: int
) -> list[AuditEventRow]:
    """Up to `limit` events between two sequence numbers (both exclusive), newest first.

    Args:
        session: the transaction.
        above: only events after this one.
        below: only events before this one.
        newest: whether `limit` cuts the oldest ones away, or the newest ones.
        limit: how many at the most.
    """
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow)
    if above is not None:
        query = query.where(seq > above)
    if below is not None:
        query = query.where(seq < below)
    query = query.order_by(desc(seq) if newest else seq).limit(limit)
    rows = list((await session.exec(query)).all())
    return rows if newest else rows[::-1]
