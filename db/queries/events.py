"""Queries on the trail's tables. What an event is, and its order, is decided in `audit/`."""

from sqlalchemy import desc, insert
from sqlmodel import col, select

from db.engine.damage import text_of
from db.engine.database import Session
from db.queries.event_search import EventConditions, find_events
from db.queries.keyset import Window
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


async def bodies(session: Session, first: int, count: int) -> list[str]:
    """The bodies of `count` events from one on, those of them that are there, in order."""
    seq = col(AuditEventRow.seq)
    within = (seq >= first, seq < first + count)
    query = select(AuditEventRow.body).where(*within).order_by(seq)
    return [text_of(body) for body in (await session.exec(query)).all()]


async def event(session: Session, seq: int) -> AuditEventRow | None:
    """One event."""
    return await session.get(AuditEventRow, seq)


async def events(
    session: Session, conditions: EventConditions, window: Window
) -> list[AuditEventRow]:
    """The events of a window that fit the conditions, newest first."""
    numbers = await find_events(session, conditions, window)
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow).where(seq.in_(numbers)).order_by(desc(seq))
    return list((await session.exec(query)).all()) if numbers else []
