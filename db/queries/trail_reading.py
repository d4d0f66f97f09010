"""Reading the whole trail in steps, for verification and export: plain rows, by number."""

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from db.engine.database import Session
from db.schema.standing import read_schema


class EventRow(NamedTuple):
    """An event's row as the database gives it: SQLite keeps bytes in columns of text, too."""

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
    """What of an event's row its leaf hash needs."""

    seq: int
    body: str | bytes
    leaf: str | bytes


# Of what is longer than an event's may be no more is read than shows that it is.
_BODY: Final = "substr(e.body, 1, 32769)"
_WORDS: Final = "substr(s.words, 1, 200000)"
_EVENT_COLUMNS: Final = (
    f"e.seq, {_BODY}, e.leaf, e.prev, e.ts, e.action, e.outcome, e.actor_id, e.revision, "
    f"e.correlation_id, {_WORDS}"
)


async def event_rows(session: Session, above: int, limit: int) -> list[EventRow]:
    """Up to `limit` events with numbers over `above`, with their words, in order."""
    # The words' bound is told too: PostgreSQL would else walk all that lie before, at every step.
    query = text(
        f"SELECT {_EVENT_COLUMNS} FROM audit_event e "  # noqa: S608 (names of ours)
        "LEFT JOIN audit_search s ON s.seq = e.seq AND s.seq > :above "
        "WHERE e.seq > :above ORDER BY e.seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [EventRow._make(row) for row in found.all()]


async def leaf_rows(session: Session, above: int, limit: int) -> list[LeafRow]:
    """Up to `limit` events with numbers over `above`, with their hashes only."""
    query = text(
        f"SELECT e.seq, {_BODY}, e.leaf FROM audit_event e "  # noqa: S608 (names of ours)
        "WHERE e.seq > :above ORDER BY e.seq LIMIT :limit"
    )
    found = await (await session.connection()).execute(query, {"above": above, "limit": limit})
    return [LeafRow._make(row) for row in found.all()]


async def next_number(session: Session, above: int) -> int | None:
    """The least number of an event over `above`."""
    query = text("SELECT min(seq) FROM audit_event WHERE seq > :above")
    found = await (await session.connection()).execute(query, {"above": above})
    number: int | None = found.scalar_one()
    return number


async def check_search_index(session: Session) -> bool:
    """Whether the search's index is that of its words.

    Needs a transaction that may write, though it writes nothing.
    """
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        made = "array_to_tsvector(string_to_array(words, ' '))"
        query = f"SELECT count(*) FROM audit_search WHERE vector IS DISTINCT FROM {made}"  # noqa: S608 (names of ours)
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
    """The hashes of a level from one place to another, both included."""
    query = text(
        "SELECT idx, hash FROM audit_node WHERE level = :level AND idx BETWEEN :first AND :last"
    )
    values = {"level": level, "first": first, "last": last}
    found = await (await session.connection()).execute(query, values)
    # Whatever else stands there is not the hash, and so is found.
    return {idx: value if isinstance(value, bytes) else b"" for idx, value in found.all()}


async def count_rows(session: Session, table: str) -> int:
    """How many rows a table of ours has."""
    query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 (names of ours)
    return int((await (await session.connection()).execute(query)).scalar_one())


async def standing_schema(session: Session) -> dict[str, str]:
    """The schema as it stands (`db.schema.standing`)."""
    return await (await session.connection()).run_sync(read_schema)
