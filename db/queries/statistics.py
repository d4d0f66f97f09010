"""Queries that count, for monitoring."""

from sqlmodel import col, select

from db.engine.database import Session
from db.tables import AuditEventRow, AuditHead


async def trail_size(session: Session) -> int:
    """Returns the number of events in the trail."""
    return (await session.exec(select(AuditHead.size))).one()


async def bodies_of(session: Session, action: str, start: int, stop: int) -> list[str]:
    """Reads the bodies of one action's events with numbers from `start` to `stop` (exclusive)."""
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow.body).where(
        AuditEventRow.action == action, seq >= start, seq < stop
    )
    return list((await session.exec(query.order_by(seq))).all())
