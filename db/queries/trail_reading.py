"""Reads the whole trail in steps, for verification and export: plain rows, by number."""

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from db.engine.database import Session
from db.schema.actual import read_schema


class EventRow(NamedTuple):
    """An event's row as it is stored: in SQLite, a text column can contain bytes."""

    seq: int
    body: str | bytes
    leaf: str | bytes
    prev: str | None = None
    ts: str | None = None
    action: str | None = None
    outcome: str | None = None
    actor_id: str | None = None
    revision: int | None = None
    correlation_id: str | None = None
    words: str | None = None


class LeafRow(NamedTuple):
    """The columns of an event's row that a check of its leaf hash needs."""

    seq: int
    body: str | bytes
    leaf: str | bytes


# A value that is too long for an event is read just far enough to see that it is.
_BODY: Final = "substr(e.body, 1, 32769)"
_WORDS: Final = "substr(s.words, 1, 200000)"
_EVENT_COLUMNS: Final = (
    f"e.seq, {_BODY}, e.leaf, e.prev, e.ts, e.action, e.outcome, e.actor_id, e.revision, "
    f"e.correlation_id, {_WORDS}"
)


async def event_rows(session: Session, above: int, limit: int) -> list[EventRow]:
    """Reads up to `limit` events with numbers over `above`, with their words, in order."""
    # The bound on `s.seq` is not redundant: without it, PostgreSQL reads all earlier words again at
    # every step.
    query = text(
        f"SELECT {_EVENT_COLUMNS} FROM audit_event e "  # noqa: S608 (fixed names)
        "LEFT JOIN audit_search s ON s.seq = e.seq AND s.seq > :above "
        "WHERE e.seq > :above ORDER BY e.seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [EventRow._make(row) for row in found.all()]


async def leaf_rows(session: Session, above: int, limit: int) -> list[LeafRow]:
    """Reads up to `limit` events with numbers over `above`, with their hashes only, in order."""
    query = text(
        f"SELECT e.seq, {_BODY}, e.leaf FROM audit_event e "  # noqa: S608 (fixed names)
        "WHERE e.seq > :above ORDER BY e.seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [LeafRow._make(row) for row in found.all()]


async def next_number(session: Session, above: int) -> int | None:
    """Returns the smallest number of an event that is over `above`."""
    query = text("SELECT min(seq) FROM audit_event WHERE seq > :above")
    found = await (await session.connection()).execute(query, {"above": above})
    number: int | None = found.scalar_one()
    return number


async def check_search_index(session: Session) -> bool:
    """Returns whether the search's index matches the stored words.

    It needs a transaction that may write, although it writes nothing.
    """
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        made = "array_to_tsvector(string_to_array(words, ' '))"
        query = f"SELECT count(*) FROM audit_search WHERE vector IS DISTINCT FROM {made}"  # noqa: S608 (fixed names)
        return int((await connection.execute(text(query))).scalar_one()) == 0
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
    """Reads the hashes of a level from index `first` to `last`, both included."""
    query = text(
        "SELECT idx, hash FROM audit_node WHERE level = :level AND idx BETWEEN :first AND :last"
    )
    values = {"level": level, "first": first, "last": last}
    found = await (await session.connection()).execute(query, values)
    # A value of another type is not the hash: an empty one makes verification report it.
    return {idx: value if isinstance(value, bytes) else b"" for idx, value in found.all()}


async def count_rows(session: Session, table: str) -> int:
    """Counts the rows of one of the service's tables."""
    query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 (fixed names)
    return int((await (await session.connection()).execute(query)).scalar_one())


async def actual_schema(session: Session) -> dict[str, str]:
    """Reads the schema that the database has now (`db.schema.actual`)."""
    return await (await session.connection()).run_sync(read_schema)
