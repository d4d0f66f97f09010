"""Reads the archive of ended trails."""

from typing import NamedTuple

from sqlalchemy import desc
from sqlmodel import col, select

from db.engine.damage import text_of
from db.engine.database import Session
from db.tables import AuditArchiveRow


class Archived(NamedTuple):
    """A row of an ended trail: an `event`, a `checkpoint` or a `key`, at its position."""

    kind: str
    position: int
    content: str


async def archived_rows(
    session: Session, log_id: str, after: tuple[str, int], limit: int
) -> list[Archived]:
    """Reads up to `limit` rows of an ended trail after a kind and position, in that order."""
    kind, position = col(AuditArchiveRow.kind), col(AuditArchiveRow.position)
    query = (
        select(AuditArchiveRow.kind, AuditArchiveRow.position, AuditArchiveRow.content)
        .where(
            AuditArchiveRow.log_id == log_id,
            (kind > after[0]) | ((kind == after[0]) & (position > after[1])),
        )
        .order_by(kind, position)
        .limit(limit)
    )
    return [Archived(*row) for row in (await session.exec(query)).all()]


async def archived_range(
    session: Session, log_id: str, kind: str, first: int, last: int
) -> list[tuple[int, str]]:
    """Reads the rows of one kind from position `first` to `last`, both included, in order."""
    position = col(AuditArchiveRow.position)
    query = select(AuditArchiveRow.position, AuditArchiveRow.content).where(
        AuditArchiveRow.log_id == log_id,
        AuditArchiveRow.kind == kind,
        position >= first,
        position <= last,
    )
    found = await session.exec(query.order_by(position))
    return [(at, text_of(content)) for at, content in found.all()]


async def archived_newest(session: Session, log_id: str, kind: str) -> tuple[int, str] | None:
    """Returns the position and content of the row of one kind at the largest position."""
    query = select(AuditArchiveRow.position, AuditArchiveRow.content).where(
        AuditArchiveRow.log_id == log_id, AuditArchiveRow.kind == kind
    )
    query = query.order_by(desc(col(AuditArchiveRow.position))).limit(1)
    return (await session.exec(query)).one_or_none()


async def archived_trails(session: Session) -> set[str]:
    """Returns the ids of the trails that have rows in the archive."""
    return set((await session.exec(select(AuditArchiveRow.log_id).distinct())).all())
