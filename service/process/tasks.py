"""Canceling tasks, and waiting for an event that may not happen."""

import asyncio
from collections.abc import Collection
from typing import Any


async def cancel_all(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancels tasks and waits until they have cleaned up; ignores their results and exceptions.

    Unlike `asyncio.gather`, it cancels them only once: a second time would interrupt their cleanup.
    """
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set, at most this long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
