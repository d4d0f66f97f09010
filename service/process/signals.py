"""Waking those who wait for something to change, and looking once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
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


class SharedLook:
    """A number in the database that many follow: a revision, a size. One looks for all of them.

    Thousands of followers who each looked once a second would leave no time for anything else.
    """

    def __init__(self) -> None:
        self._looking = asyncio.Lock()
        self._found = 0
        self._good_until = 0.0

    def forget(self) -> None:
        """Has the next follower look anew: the number is known to have changed."""
        self._good_until = 0.0

    async def number(self, look: Callable[[], Awaitable[int]], seconds: float) -> int:
        """The number, looked up unless somebody did within so many seconds."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if now >= self._good_until:
                # Before the look: what changes during it is looked for again.
                self._good_until = now + seconds
                self._found = await look()
            return self._found
