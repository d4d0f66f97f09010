"""Waiting for a condition that has no event."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool]) -> None:
    """Lets other tasks run until a condition holds; gives up after 20 seconds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)
