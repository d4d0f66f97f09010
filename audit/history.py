"""Reading the trail, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.body import read_body
from audit.event import Event
from db import events
from db.database import Session
from db.instant import read_instant
from db.tables import AuditEventRow


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in its place. `body` is the exact text that the trail vouches for."""

    seq: int
    occurred_at: datetime
    event: Event
    body: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a newest-first list: between two numbers (both exclusive), cut to `limit`.

    `newest` tells which end is kept where there is more.
    """

    limit: int
    above: int | None = None
    below: int | None = None
    newest: bool = True


async def read_event(session: Session, seq: int) -> Recorded | None:
    """One event."""
    row = await events.event(session, seq)
    return None if row is None else _recorded(row)


async def read_events(session: Session, window: Window) -> Sequence[Recorded]:
    """The events of a window, newest first."""
    rows = await events.events(
        session, above=window.above, below=window.below, newest=window.newest, limit=window.limit
    )
    return [_recorded(row) for row in rows]


def _recorded(row: AuditEventRow) -> Recorded:
    return Recorded(row.seq, read_instant(row.ts), read_body(row.body), row.body, row.leaf)
