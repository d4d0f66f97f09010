"""Queries on the trail's tables. `audit/` decides what an event is, and the order of events."""

from sqlalchemy import desc, insert
from sqlmodel import col, select

from db.engine.damage import text_of
from db.engine.database import Session
from db.queries.event_search import EventConditions, find_events
from db.queries.keyset import Window
from db.tables import AuditEventRow, AuditHead, AuditSearchRow


async def lock_head(session: Session) -> AuditHead:
    """Reads the trail's end, and locks it for the transaction: others that append wait here."""
    return (await session.exec(select(AuditHead).with_for_update())).one()


async def insert_event(session: Session, seq: int, body: str, leaf: str, prev: str | None) -> None:
    """Inserts an event; the database generates its other columns from the body."""
    await session.exec(insert(AuditEventRow).values(seq=seq, body=body, leaf=leaf, prev=prev))


async def insert_search(session: Session, seq: int, words: str) -> None:
    """Inserts an event's words, for the search."""
    await session.exec(insert(AuditSearchRow).values(seq=seq, words=words))


async def head(session: Session) -> AuditHead:
    """Reads the trail's end without locking it."""
    return (await session.exec(select(AuditHead))).one()


async def bodies(session: Session, first: int, count: int) -> list[str]:
    """Reads the bodies of the events that exist among `count` from number `first` on, in order."""
    seq = col(AuditEventRow.seq)
    within = (seq >= first, seq < first + count)
    query = select(AuditEventRow.body).where(*within).order_by(seq)
    return [text_of(body) for body in (await session.exec(query)).all()]


async def event(session: Session, seq: int) -> AuditEventRow | None:
    """Returns an event by its number."""
    return await session.get(AuditEventRow, seq)


async def events(
    session: Session, conditions: EventConditions, window: Window
) -> list[AuditEventRow]:
    """Reads the events of a window that match the conditions, newest first."""
    numbers = await find_events(session, conditions, window)
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow).where(seq.in_(numbers)).order_by(desc(seq))
    return list((await session.exec(query)).all()) if numbers else []
