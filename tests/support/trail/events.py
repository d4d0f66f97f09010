"""Events for tests of the trail, appended at instants that the test chooses."""

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.event import SYSTEM, AuditAction, AuditOutcome, Change, Event
from audit.trail.appending import Clock, append
from db.engine.database import Database

START: Final = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)


def at(instant: datetime) -> Clock:
    """Returns a clock that stands still."""
    return lambda: instant


def an_event(number: int, **changed: str) -> Event:
    """Returns an event that differs from those with other numbers."""
    return Event(
        action=AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED,
        outcome=AuditOutcome.DENIED,
        actor=SYSTEM,
        target="email_settings",
        changes=(Change("smtpHost", None, f"host{number}.example"),),
        reason=changed.get("reason", f"number {number}"),
    )


async def write(database: Database, count: int, first: int = 0) -> None:
    """Appends events, one per transaction and second."""
    for number in range(first, first + count):
        async with database.transaction() as session:
            await append(session, an_event(number), at(START + timedelta(seconds=number)))
