"""Queries on the tree's nodes, the checkpoints and the keys."""

from collections.abc import Iterable, Sequence

from sqlalchemy import desc, insert, tuple_
from sqlmodel import col, select

from db.engine.damage import text_of
from db.engine.database import Session
from db.tables import AuditCheckpointRow, AuditKeyRow, AuditNode


async def insert_nodes(session: Session, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Inserts complete nodes: level, index, hash."""
    rows = [{"level": level, "idx": idx, "hash": value} for level, idx, value in nodes]
    await (await session.connection()).execute(insert(AuditNode), rows)


async def nodes(
    session: Session, places: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Returns the hashes of the nodes that exist among some places (level, index)."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    query = select(AuditNode.level, AuditNode.idx, AuditNode.hash).where(
        tuple_(col(AuditNode.level), col(AuditNode.idx)).in_(wanted)
    )
    return {(level, idx): value for level, idx, value in (await session.exec(query)).all()}


async def node_row(session: Session, level: int, first: int, count: int) -> list[bytes]:
    """Reads the hashes of the nodes that exist among `count` adjacent ones, in order."""
    idx = col(AuditNode.idx)
    query = (
        select(AuditNode.hash)
        .where(AuditNode.level == level, idx >= first, idx < first + count)
        .order_by(idx)
    )
    return list((await session.exec(query)).all())


async def insert_checkpoint(session: Session, size: int, note: str) -> None:
    """Inserts a checkpoint's signed note."""
    await session.exec(insert(AuditCheckpointRow).values(size=size, note=note))


async def checkpoint_note(session: Session, size: int) -> str | None:
    """Returns the note that was signed at a size, or None."""
    query = select(AuditCheckpointRow.note).where(AuditCheckpointRow.size == size)
    note = (await session.exec(query)).one_or_none()
    return None if note is None else text_of(note)


async def newest_checkpoint(session: Session) -> AuditCheckpointRow | None:
    """Returns the checkpoint of the largest size."""
    query = select(AuditCheckpointRow).order_by(desc(col(AuditCheckpointRow.size))).limit(1)
    return (await session.exec(query)).one_or_none()


async def checkpoints(session: Session, after: int, limit: int) -> list[tuple[int, str]]:
    """Reads up to `limit` notes of sizes over `after`, smallest first."""
    size = col(AuditCheckpointRow.size)
    query = (
        select(AuditCheckpointRow.size, AuditCheckpointRow.note)
        .where(size > after)
        .order_by(size)
        .limit(limit)
    )
    return [(found, note) for found, note in (await session.exec(query)).all()]


async def insert_key(session: Session, from_size: int, verifier_key: str) -> None:
    """Inserts the verifier key of the checkpoints from a size on."""
    values = {"from_size": from_size, "verifier_key": verifier_key}
    await session.exec(insert(AuditKeyRow).values(**values))


async def keys(session: Session) -> list[AuditKeyRow]:
    """Reads all verifier keys, oldest first."""
    query = select(AuditKeyRow).order_by(col(AuditKeyRow.from_size))
    return list((await session.exec(query)).all())
