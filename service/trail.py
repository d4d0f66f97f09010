"""Reading the trail, for those who may."""

from audit.event import AuditAction, AuditOutcome, Change, Event
from audit.history import Recorded, read_event, read_events
from service.paging import Page, PageRequest, read_page
from service.runtime import Runtime

__all__ = [
    "AuditAction",
    "AuditOutcome",
    "Change",
    "Event",
    "Recorded",
    "audit_event",
    "audit_events",
]


async def audit_event(runtime: Runtime, sequence: int) -> Recorded | None:
    """One event; None where the trail is not that long."""
    async with runtime.database.reading() as session:
        return await read_event(session, sequence)


async def audit_events(runtime: Runtime, page: PageRequest) -> Page[Recorded]:
    """A page of the trail, newest first."""
    async with runtime.database.reading() as session:
        return await read_page(page, lambda window: read_events(session, window))
