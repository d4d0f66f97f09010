"""Events as they are appended: at once if this process appended them, else after a poll."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from audit.trail import EventFilter, Recorded, read_events
from db.queries import events
from db.queries.keyset import Window
from service.process.runtime import Runtime
from service.process.tasks import wait_at_most

POLL_SECONDS: Final = 1.0
"""Seconds between two polls for the events of other processes."""

_BATCH: Final = 100


async def audit_events_appended(
    runtime: Runtime, wanted: EventFilter | None = None, *, poll_seconds: float = POLL_SECONDS
) -> AsyncGenerator[Recorded]:
    """Yields each event that is appended from now on and matches the filter, in order, once.

    Args:
        runtime: the running service.
        wanted: the filter; None for all events.
        poll_seconds: seconds between two polls for the events of other processes.
    """
    woken = asyncio.Event()

    def wake() -> None:
        runtime.trail_size.forget()
        woken.set()

    async def look() -> int:
        async with runtime.database.reading() as session:
            return (await events.head(session)).size

    unwatch = runtime.trail.watch(wake)
    try:
        seen = await look() - 1
        while True:
            woken.clear()
            last = await runtime.trail_size.number(look, poll_seconds) - 1
            while seen < last:
                # Read in batches: a slow consumer may be far behind.
                upto = min(last, seen + _BATCH)
                window = Window(_BATCH, above=seen, below=upto + 1, newest=False)
                async with runtime.database.reading() as session:
                    found = await read_events(session, window, wanted)
                seen = upto
                for recorded in reversed(found):
                    yield recorded
            await wait_at_most(woken, poll_seconds)
    finally:
        unwatch()
