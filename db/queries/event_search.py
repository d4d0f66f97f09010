"""Finds events by their contents: the numbers of the matching events, newest or oldest first.

Every condition has an index that ends in the event's number, so the cost of a page depends on the
page's size and not on the trail's. One condition drives the search: the most selective kind that
is given. Its values are searched one by one and merged, because neither database can walk an index
in order for several values at once. The events that it finds are checked for the other conditions.

PostgreSQL has no index of words in the events' order: see `_by_words_on_postgresql`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    TextClause,
    asc,
    column,
    desc,
    func,
    select,
    table,
    text,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from db.engine.database import Session
from db.queries.keyset import Window
from db.tables import AuditEventRow

Words: TypeAlias = tuple[tuple[str, ...], ...]
"""Every group must match, by any of its words; `mail*` matches every word with that beginning."""

_EVENTS: Final[Table] = SQLModel.metadata.tables[AuditEventRow.__tablename__]
_SQLITE_WORDS: Final = table("audit_search_words", column("rowid"))
_POSTGRESQL_WORDS: Final = table("audit_search", column("seq"), column("vector"))
_NEARBY: Final = 2_000
"""The number of events that are searched for words one by one: about a millisecond's work."""
_SET_TABLE_SCANS: Final = text(
    "SELECT set_config('enable_seqscan', :on, true), set_config('enable_hashjoin', :on, true), "
    "set_config('enable_mergejoin', :on, true)"
)
"""Allows or forbids the planner to scan whole tables, also for joins, in this transaction."""


@dataclass(frozen=True, slots=True)
class EventConditions:
    """Conditions that must all hold; a tuple matches by any of its values, if it has some.

    `since` is inclusive, `until` exclusive. A tuple has at most a few hundred values, because
    SQLite combines at most 500 SELECTs into one.
    """

    actions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    actor_ids: tuple[str, ...] = ()
    revision: int | None = None
    correlation_id: str | None = None
    since: str | None = None
    until: str | None = None
    words: Words = ()


async def find_events(session: Session, conditions: EventConditions, window: Window) -> list[int]:
    """Finds the numbers of the matching events, from the window's newest or oldest end on."""
    bounded = await _bounded(session, conditions, window)
    if conditions.words and session.get_bind().dialect.name == "postgresql":
        return await _by_words_on_postgresql(session, conditions, bounded)
    order = desc if window.newest else asc
    branches = [
        query.order_by(order(number)).limit(window.limit).subquery()
        for query, number in _branches(conditions, bounded)
    ]
    if len(branches) == 1:
        query = select(branches[0].c.seq).order_by(order(branches[0].c.seq))
    else:
        # UNION, not UNION ALL: an event that two branches find counts once.
        merged = union(*(select(branch.c.seq) for branch in branches)).subquery()
        query = select(merged.c.seq).order_by(order(merged.c.seq)).limit(window.limit)
    found = await (await session.connection()).execute(query)
    return [number for (number,) in found]


async def _bounded(session: Session, conditions: EventConditions, window: Window) -> Window:
    """Turns times into event numbers, which works because the trail's times never go back."""
    above, below = window.above, window.below
    if conditions.since is not None:
        first = await _first_at(session, conditions.since)
        # No event is that late, so nothing matches.
        above = _largest(above, first - 1) if first is not None else 2**31 - 1
    if conditions.until is not None:
        end = await _first_at(session, conditions.until)
        below = end if below is None or (end is not None and end < below) else below
    return replace(window, above=above, below=below)


def _largest(bound: int | None, other: int) -> int:
    return other if bound is None else max(bound, other)


async def _first_at(session: Session, instant: str) -> int | None:
    ts, seq = _EVENTS.c.ts, _EVENTS.c.seq
    query = select(seq).where(ts >= instant).order_by(ts, seq).limit(1)
    return (await (await session.connection()).execute(query)).scalar_one_or_none()


def _branches(
    conditions: EventConditions, window: Window
) -> list[tuple[Select[tuple[int]], ColumnElement[int]]]:
    seq = _EVENTS.c.seq
    base, given = _single(conditions), _sets(conditions)
    if conditions.words:
        return [_by_words_on_sqlite(conditions, window)]
    if base or not given:
        return [(select(seq).where(*_other_conditions(conditions), *window.bounds(seq)), seq)]
    (driver, wanted), *others = given
    rest = [each.in_(values) for each, values in others]
    return [
        (select(seq).where(driver == value, *rest, *window.bounds(seq)), seq) for value in wanted
    ]


def _single(conditions: EventConditions) -> list[ColumnElement[bool]]:
    single = {
        _EVENTS.c.correlation_id: conditions.correlation_id,
        _EVENTS.c.revision: conditions.revision,
    }
    return [each == value for each, value in single.items() if value is not None]


def _sets(
    conditions: EventConditions,
) -> list[tuple[ColumnElement[str | None], tuple[str, ...]]]:
    sets = {
        _EVENTS.c.actor_id: conditions.actor_ids,
        _EVENTS.c.action: conditions.actions,
        _EVENTS.c.outcome: conditions.outcomes,
    }
    return [(each, values) for each, values in sets.items() if values]


def _other_conditions(conditions: EventConditions) -> list[ColumnElement[bool]]:
    return [*_single(conditions), *(each.in_(values) for each, values in _sets(conditions))]


def _by_words_on_sqlite(
    conditions: EventConditions, window: Window
) -> tuple[Select[tuple[int]], ColumnElement[int]]:
    number = _SQLITE_WORDS.c.rowid
    match = text("audit_search_words MATCH :words").bindparams(
        words=_join(conditions.words, " AND ", " OR ", '"{}"', '"{}"*')
    )
    joined = _SQLITE_WORDS.join(_EVENTS, _EVENTS.c.seq == number)
    query = select(number.label("seq")).select_from(joined).where(match)
    return query.where(*_other_conditions(conditions), *window.bounds(number)), number


async def _by_words_on_postgresql(
    session: Session, conditions: EventConditions, window: Window
) -> list[int]:
    """Finds events by words: first among those at the window's end, then by the index of words.

    Frequent words fill a page from the window's end alone. Of rare words, the index has few events
    to sort. Only a search shows whether words are rare: the planner misjudges it, and would scan
    the whole trail.
    """
    order = desc if window.newest else asc
    rest = _other_conditions(conditions)
    match = text("vector @@ CAST(:words AS tsquery)").bindparams(
        words=_join(conditions.words, " & ", " | ", "'{}'", "'{}':*")
    )
    seq = _POSTGRESQL_WORDS.c.seq
    nearby = _nearby(conditions, window).subquery()
    indexed = select(seq).where(match).cte("indexed").prefix_with("MATERIALIZED")

    def page(found: FromClause, *more: TextClause) -> Select[int]:
        number = found.c.seq
        query = select(number).select_from(found.join(_EVENTS, _EVENTS.c.seq == number))
        query = query.where(*rest, *window.bounds(number), *more)
        return query.order_by(order(number)).limit(window.limit)

    connection = await session.connection()
    await connection.execute(_SET_TABLE_SCANS, {"on": "off"})
    numbers = [number for (number,) in await connection.execute(page(nearby, match))]
    if len(numbers) < window.limit and await _count(connection, nearby) == _NEARBY:
        numbers = [number for (number,) in await connection.execute(page(indexed))]
    await connection.execute(_SET_TABLE_SCANS, {"on": "on"})
    return numbers


def _nearby(conditions: EventConditions, window: Window) -> Select[Any]:
    """Selects the events at the window's end, with their words; if one actor is given, only theirs.

    One actor's events go much farther back: words that are rare elsewhere can be frequent there.
    """
    order = desc if window.newest else asc
    seq, vector = _POSTGRESQL_WORDS.c.seq, _POSTGRESQL_WORDS.c.vector
    if len(conditions.actor_ids) != 1:
        return select(seq, vector).where(*window.bounds(seq)).order_by(order(seq)).limit(_NEARBY)
    (actor,), number = conditions.actor_ids, _EVENTS.c.seq
    own = select(number).where(_EVENTS.c.actor_id == actor, *window.bounds(number))
    ends = own.order_by(order(number)).limit(_NEARBY).subquery()
    return select(seq, vector).select_from(ends.join(_POSTGRESQL_WORDS, ends.c.seq == seq))


async def _count(connection: AsyncConnection, found: FromClause) -> int:
    query = select(func.count()).select_from(found)
    return int((await connection.execute(query)).scalar_one())


def _join(words: Words, both: str, either: str, whole: str, beginning: str) -> str:
    def term(word: str) -> str:
        return beginning.format(word[:-1]) if word.endswith("*") else whole.format(word)

    def any_of(group: Sequence[str]) -> str:
        return f"({either.join(map(term, group))})"

    return both.join(map(any_of, words))
