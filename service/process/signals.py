"""Waking tasks that wait for a change, and polling the database once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Signal:
    """Wakes all waiters when something changed; they find out themselves what it is."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def send(self) -> None:
        """Wakes all current waiters."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seconds: float) -> None:
        """Waits for the next signal, at most this long."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        with suppress(TimeoutError):
            await asyncio.wait_for(waiter, seconds)
        self._waiters.discard(waiter)


class SharedPoll:
    """A number in the database that many tasks follow, such as a revision; polled once for all.

    Thousands of followers that each polled once a second would overload the database.
    """

    def __init__(self) -> None:
        self._polling = asyncio.Lock()
        self._found = 0
        self._good_until = 0.0

    def forget(self) -> None:
        """Makes the next follower poll again, because the number has changed."""
        self._good_until = 0.0

    async def number(self, poll: Callable[[], Awaitable[int]], seconds: float) -> int:
        """Returns the number, polled unless it was polled within the last `seconds`."""
        async with self._polling:
            now = asyncio.get_running_loop().time()
            if now >= self._good_until:
                # Set before polling, so that `forget` during the poll causes another poll.
                self._good_until = now + seconds
                self._found = await poll()
            return self._found
