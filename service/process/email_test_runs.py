"""The tests that are under way in this process: their tasks, and where each one stands."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from audit.event import SYSTEM, Actor, Client
from db.keyring import fingerprint
from mail.report import Report
from service.process.keys import KeyProblem, KeySource
from service.process.signals import Signal

_RECORDING_SECONDS: Final = 5.0
"""How long the tests that a stop of the service cuts short have for recording their ends."""


@dataclass(frozen=True, slots=True)
class Canceller:
    """Who cancelled a test."""

    actor: Actor
    client: Client | None


_CANCELLER: Final = TypeAdapter(Canceller)


def write_canceller(canceller: Canceller, test_id: str, keys: KeySource) -> str:
    """A canceller for the process that runs the test, and a mark that a service wrote it."""
    told = _CANCELLER.dump_json(canceller).decode()
    mark = next(iter(_marks(told, test_id, keys)), "")
    return f"{mark} {told}"


def read_canceller(text: str, test_id: str, keys: KeySource) -> Canceller:
    """The inverse of `write_canceller`; the system, where nobody shows who it was.

    The trail will name whom it says: so it must not be what just anybody wrote into the database.
    """
    mark, _, told = text.partition(" ")
    if mark in _marks(told, test_id, keys):
        return _CANCELLER.validate_json(told)
    return Canceller(SYSTEM, None)


def _marks(told: str, test_id: str, keys: KeySource) -> list[str]:
    """HMAC-SHA-256 under each encryption key, the newest first; none without a key."""
    in_use = keys.current()
    if isinstance(in_use, KeyProblem):
        return []
    message = f"test email's canceller\0{test_id}\0{told}".encode()
    return [fingerprint(key.material, message).hex() for key in in_use.keys]


@dataclass(slots=True)
class _Run:
    task: asyncio.Task[None]
    report: Report | None = None
    canceller: Canceller | None = None
    stopped: bool = False
    stoppable: bool = False
    changed: Signal = field(default_factory=Signal)

    def stop(self) -> None:
        """Has the attempt end; one that is over is let alone, and one to come does not begin."""
        self.stopped = True
        if self.stoppable:
            self.task.cancel()


class EmailTestRuns:
    """Tests go on when the request that started them is gone; this keeps hold of them."""

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
            run.stop()

    @contextmanager
    def stoppable(self, test_id: str) -> Iterator[None]:
        """Within it a stop raises CancelledError. Without, it raises nothing.

        So a stop never gets in the way of an end that is being recorded: without that the test
        would be left running for ever, and whoever waits for its end would wait as long.
        """
        run = self._runs[test_id]
        if run.stopped:
            raise asyncio.CancelledError
        run.stoppable = True
        try:
            yield
        finally:
            run.stoppable = False

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

    async def close(
        self, grace_seconds: float, recording_seconds: float = _RECORDING_SECONDS
    ) -> None:
        """Lets the tests under way finish, then stops those that have not.

        What cannot record its end soon after is given up; the next start closes it.

        Args:
            grace_seconds: how long the tests may take.
            recording_seconds: how long the ends of those that were stopped may take.
        """
        await self._finish(grace_seconds)
        for run in self._runs.values():
            run.stop()
        await self._finish(recording_seconds)
        for run in self._runs.values():
            run.task.cancel()
        await self._finish(recording_seconds)

    async def _finish(self, seconds: float) -> None:
        if self._runs:
            await asyncio.wait([run.task for run in self._runs.values()], timeout=seconds)
