"""Waking those who wait for something to change."""

import asyncio
from contextlib import suppress


class Signal:
    """Tells all waiters that something changed; what it is, they look up themselves."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def send(self) -> None:
        """Wakes everybody who waits now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seconds: float) -> None:
        """Waits for the next signal, at most so long."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        with suppress(TimeoutError):
            await asyncio.wait_for(waiter, seconds)
        self._waiters.discard(waiter)
