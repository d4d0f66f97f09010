"""Queries that count, for those who watch the service from outside."""

from sqlmodel import col, select

from db.engine.database import Session
from db.tables import AuditEventRow, AuditHead


async def trail_size(session: Session) -> int:
    """How many events the trail has."""
    return (await session.exec(select(AuditHead.size))).one()


async def bodies_of(session: Session, action: str, start: int, stop: int) -> list[str]:
    """The bodies of one action's events with sequence numbers from `start` to before `stop`."""
    seq = col(AuditEventRow.seq)
    query = select(AuditEventRow.body).where(
        AuditEventRow.action == action, seq >= start, seq < stop
    )
    return list((await session.exec(query.order_by(seq))).all())
