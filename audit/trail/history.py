"""Reads the trail, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Final

from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Event
from audit.trail.body import read_body
from audit.trail.words import Fact, fact_word, field_word, search_words
from db.engine.damage import text_of
from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.queries import events
from db.queries.event_search import EventConditions, Words
from db.queries.keyset import Window
from db.tables import AuditEventRow


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded event. `body` is the exact text that the trail proves.

    If the body cannot be read, because it was damaged in the database, the event is UNREADABLE, so
    that the other events can still be shown.
    """

    seq: int
    occurred_at: datetime
    event: Event
    body: str
    leaf: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to return: all conditions must be met. An empty condition is always met.

    A tuple lists alternatives. `since` is inclusive, `until` is exclusive. `text` is words, all of
    which an event must have (`audit.trail.words`). `fields` are fields that were changed, or whose
    change was refused.
    """

    actions: tuple[AuditAction, ...] = ()
    outcomes: tuple[AuditOutcome, ...] = ()
    actor_ids: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    revision: int | None = None
    correlation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


async def read_event(session: Session, seq: int) -> Recorded | None:
    """Returns the event with that sequence number, or None."""
    row = await events.event(session, seq)
    return None if row is None else _recorded(row)


async def read_events(
    session: Session, window: Window, wanted: EventFilter | None = None
) -> Sequence[Recorded]:
    """Returns the events in a window that match a filter, newest first."""
    conditions = _conditions(wanted or EventFilter())
    if conditions is None:
        return []
    rows = await events.events(session, conditions, window)
    return [_recorded(row) for row in rows]


async def read_bodies(
    session: Session, window: Window, wanted: EventFilter
) -> Sequence[tuple[int, str]]:
    """Returns sequence numbers and bodies, newest first, even if a body is not a readable event."""
    conditions = _conditions(wanted)
    if conditions is None:
        return []
    return [
        (row.seq, text_of(row.body)) for row in await events.events(session, conditions, window)
    ]


def _conditions(wanted: EventFilter) -> EventConditions | None:
    """Returns the filter as database conditions, or None if no event can match it."""
    words: Words = tuple((word,) for word in search_words(wanted.text or ""))
    if not words and (wanted.text or "").strip():
        return None
    if wanted.fields:
        words = (*words, tuple(map(field_word, wanted.fields)))
    others = tuple(filter(None, _other_words(wanted)))
    if len(words) + len(others) > 1 or (wanted.actions and wanted.outcomes):
        # The index of words finds the events that meet all conditions. With the index of a single
        # condition, all events that meet it would be searched for the others: half a second among
        # a million events, if few or none match.
        words = (*words, *others)
    return EventConditions(
        actions=tuple(each.value for each in wanted.actions),
        outcomes=tuple(each.value for each in wanted.outcomes),
        actor_ids=wanted.actor_ids,
        revision=wanted.revision,
        correlation_id=wanted.correlation_id,
        since=None if wanted.since is None else write_instant(wanted.since),
        until=None if wanted.until is None else write_instant(wanted.until),
        words=words,
    )


def _other_words(wanted: EventFilter) -> Iterator[tuple[str, ...]]:
    if wanted.actions and wanted.outcomes:
        both = product({*wanted.actions}, {*wanted.outcomes})
        yield tuple(fact_word(Fact.ACTION_AND_OUTCOME, *each) for each in both)
    else:
        yield tuple(fact_word(Fact.ACTION, each) for each in wanted.actions)
        yield tuple(fact_word(Fact.OUTCOME, each) for each in wanted.outcomes)
    yield tuple(fact_word(Fact.ACTOR, each) for each in wanted.actor_ids)
    if wanted.revision is not None:
        yield (fact_word(Fact.REVISION, wanted.revision),)
    if wanted.correlation_id is not None:
        yield (fact_word(Fact.CORRELATION, wanted.correlation_id),)


def _recorded(row: AuditEventRow) -> Recorded:
    body, leaf = text_of(row.body), text_of(row.leaf)
    try:
        return Recorded(row.seq, read_instant(row.ts), read_body(body), body, leaf)
    except (ValueError, TypeError, RecursionError):
        return Recorded(row.seq, _LONG_AGO, _UNREADABLE, body, leaf)


_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
_UNREADABLE: Final = Event(
    AuditAction.UNREADABLE, AuditOutcome.UNKNOWN, Actor(ActorKind.SYSTEM, None, "(unreadable)"), ""
)
