"""The tests that are under way in this process: their tasks, and where each one stands."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from audit.event import Actor, Client
from mail.report import Report
from service.signals import Signal


@dataclass(frozen=True, slots=True)
class Canceller:
    """Who cancelled a test."""

    actor: Actor
    client: Client | None


_CANCELLER: Final = TypeAdapter(Canceller)


def write_canceller(canceller: Canceller) -> str:
    """A canceller as JSON, for the process that runs the test."""
    return _CANCELLER.dump_json(canceller).decode()


def read_canceller(text: str) -> Canceller:
    """The inverse of `write_canceller`."""
    return _CANCELLER.validate_json(text)


@dataclass(slots=True)
class _Run:
    task: asyncio.Task[None]
    report: Report | None = None
    canceller: Canceller | None = None
    changed: Signal = field(default_factory=Signal)


class TestRuns:
    """Tests go on when the request that started them is gone; this keeps hold of them."""

    __test__ = False

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def start(self, test_id: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Starts a test's work; it is forgotten when it has ended."""
        task = asyncio.create_task(work, name=f"test-email {test_id}")
        run = self._runs[test_id] = _Run(task)

        def forget(_: asyncio.Task[None]) -> None:
            del self._runs[test_id]
            run.changed.send()

        task.add_done_callback(forget)
        return task

    def progress(self, test_id: str, report: Report) -> None:
        """Notes where a test stands, and wakes whoever follows it."""
        run = self._runs[test_id]
        run.report = report
        run.changed.send()

    def latest(self, test_id: str) -> Report | None:
        """Where a running test stands; None where it does not run here or has not begun."""
        run = self._runs.get(test_id)
        return None if run is None else run.report

    def canceller(self, test_id: str) -> Canceller | None:
        """Who cancelled a test that is ending."""
        run = self._runs.get(test_id)
        return None if run is None else run.canceller

    def stop(self, test_id: str, canceller: Canceller) -> None:
        """Stops a test, if it runs here; its end will name who cancelled it first."""
        run = self._runs.get(test_id)
        if run is not None and run.canceller is None:
            run.canceller = canceller
            run.task.cancel()

    async def join(self, test_id: str) -> None:
        """Waits until a test that runs here has ended."""
        run = self._runs.get(test_id)
        if run is not None:
            await asyncio.wait({run.task})

    async def changed(self, test_id: str, seconds: float) -> None:
        """Waits until something changes in a test, at most so long."""
        run = self._runs.get(test_id)
        if run is None:
            await asyncio.sleep(seconds)
        else:
            await run.changed.wait(seconds)

    async def close(self, grace_seconds: float) -> None:
        """Lets the tests under way finish, then stops those that have not."""
        tasks = [run.task for run in self._runs.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        for task in late:
            with suppress(asyncio.CancelledError):
                await task
