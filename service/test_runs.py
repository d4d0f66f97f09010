"""The tests that are under way in this process: their tasks, and where each one stands."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

from mail.report import Report


class TestRuns:
    """Tests go on when the request that started them is gone; this keeps hold of them."""

    __test__ = False

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reports: dict[str, Report] = {}

    def start(self, test_id: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Starts a test's work; it is forgotten when it has ended."""
        task = asyncio.create_task(work, name=f"test-email {test_id}")
        self._tasks[test_id] = task
        task.add_done_callback(lambda _: self._forget(test_id))
        return task

    def progress(self, test_id: str, report: Report) -> None:
        """Notes where a test stands."""
        self._reports[test_id] = report

    def latest(self, test_id: str) -> Report | None:
        """Where a running test stands; None where it does not run here or has not begun."""
        return self._reports.get(test_id)

    async def close(self, grace_seconds: float) -> None:
        """Lets the tests under way finish, then stops those that have not."""
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        for task in late:
            with suppress(asyncio.CancelledError):
                await task

    def _forget(self, test_id: str) -> None:
        self._tasks.pop(test_id, None)
        self._reports.pop(test_id, None)
