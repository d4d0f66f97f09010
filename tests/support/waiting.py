"""Waiting for what tells nobody when it comes to hold."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool]) -> None:
    """Lets everything else run until something holds; gives up after a while."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)
