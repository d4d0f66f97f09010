"""Ending tasks that are no longer needed, and waiting for what may not come."""

import asyncio
from collections.abc import Collection
from typing import Any


async def cancel_all(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancels tasks and waits until they have cleaned up behind them; what they end with is moot.

    Unlike `asyncio.gather`, it cancels them once: a second time would interrupt their cleaning up.
    """
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
