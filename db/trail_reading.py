"""Reading the whole trail in steps, for verification and export: plain rows, by number."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from db.database import Session
from db.guards import read_guards


class EventRow(NamedTuple):
    """An event's row as the database gives it."""

    seq: int
    body: str
    leaf: str
    prev: str | None
    ts: str | None
    action: str | None
    outcome: str | None
    actor_id: str | None
    revision: int | None
    correlation_id: str | None
    words: str | None


class LeafRow(NamedTuple):
    """What of an event's row its leaf hash needs."""

    seq: int
    body: str
    leaf: str


_EVENT_COLUMNS = (
    "e.seq, e.body, e.leaf, e.prev, e.ts, e.action, e.outcome, e.actor_id, e.revision, "
    "e.correlation_id, s.words"
)


async def event_rows(session: Session, above: int, limit: int) -> list[EventRow]:
    """Up to `limit` events with numbers over `above`, with their words, in order."""
    query = text(
        f"SELECT {_EVENT_COLUMNS} FROM audit_event e LEFT JOIN audit_search s ON s.seq = e.seq "  # noqa: S608 (names of ours)
        "WHERE e.seq > :above ORDER BY e.seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [EventRow._make(row) for row in found]


async def leaf_rows(session: Session, above: int, limit: int) -> list[LeafRow]:
    """Up to `limit` events with numbers over `above`, with their hashes only."""
    query = text(
        "SELECT seq, body, leaf FROM audit_event WHERE seq > :above ORDER BY seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [LeafRow._make(row) for row in found]


async def check_search_index(session: Session) -> bool:
    """Whether the search's index is that of its words; PostgreSQL sees to it by itself.

    Needs a transaction that may write, though it writes nothing.
    """
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        return True
    try:
        await connection.execute(
            text(
                "INSERT INTO audit_search_words (audit_search_words, rank) "
                "VALUES ('integrity-check', 1)"
            )
        )
    except OperationalError:
        raise
    except DatabaseError:
        return False
    return True


async def nodes_of_level(session: Session, level: int, first: int, last: int) -> dict[int, bytes]:
    """The hashes of a level from one place to another, both included."""
    query = text(
        "SELECT idx, hash FROM audit_node WHERE level = :level AND idx BETWEEN :first AND :last"
    )
    values = {"level": level, "first": first, "last": last}
    found = await (await session.connection()).execute(query, values)
    return {idx: bytes(value) for idx, value in found}


async def count_nodes(session: Session) -> int:
    """How many nodes are stored."""
    found = await (await session.connection()).execute(text("SELECT count(*) FROM audit_node"))
    return int(found.scalar_one())


async def standing_guards(session: Session) -> dict[str, str]:
    """The guards as they stand (`db.guards`)."""
    return await (await session.connection()).run_sync(read_guards)


async def count_searched(session: Session) -> int:
    """How many events can be searched."""
    found = await (await session.connection()).execute(text("SELECT count(*) FROM audit_search"))
    return int(found.scalar_one())
