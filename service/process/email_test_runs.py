"""The test emails that run in this process: their tasks and their progress."""

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
"""How long tests have to record their ends when the service stops."""


@dataclass(frozen=True, slots=True)
class Canceller:
    """Who canceled a test."""

    actor: Actor
    client: Client | None


_CANCELLER: Final = TypeAdapter(Canceller)


def write_canceller(canceller: Canceller, test_id: str, keys: KeySource) -> str:
    """Writes a canceller for the process that runs the test, with a MAC of the service."""
    text = _CANCELLER.dump_json(canceller).decode()
    mark = next(iter(_marks(text, test_id, keys)), "")
    return f"{mark} {text}"


def read_canceller(text: str, test_id: str, keys: KeySource) -> Canceller:
    """Reads what `write_canceller` wrote; without a valid MAC, the canceller is the system.

    The trail will name the canceller, so a name that someone else wrote into the database must not
    be believed.
    """
    mark, _, written = text.partition(" ")
    if mark in _marks(written, test_id, keys):
        return _CANCELLER.validate_json(written)
    return Canceller(SYSTEM, None)


def _marks(text: str, test_id: str, keys: KeySource) -> list[str]:
    """Computes the HMAC-SHA-256 under each encryption key, newest first; empty without keys."""
    in_use = keys.current()
    if isinstance(in_use, KeyProblem):
        return []
    message = f"test email's canceller\0{test_id}\0{text}".encode()
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
        """Stops the attempt if it is running, and keeps it from starting otherwise."""
        self.stopped = True
        if self.stoppable:
            self.task.cancel()


class EmailTestRuns:
    """The running tests, which continue when the request that started them is gone."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def start(self, test_id: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Starts a test's work, and forgets the test when the work has ended."""
        task = asyncio.create_task(work, name=f"test-email {test_id}")
        run = self._runs[test_id] = _Run(task)

        def forget(_: asyncio.Task[None]) -> None:
            del self._runs[test_id]
            run.changed.send()

        task.add_done_callback(forget)
        return task

    def progress(self, test_id: str, report: Report) -> None:
        """Records a test's progress, and wakes its followers."""
        run = self._runs[test_id]
        run.report = report
        run.changed.send()

    def latest(self, test_id: str) -> Report | None:
        """Returns a running test's progress; None if it does not run here or has not started."""
        run = self._runs.get(test_id)
        return None if run is None else run.report

    def canceller(self, test_id: str) -> Canceller | None:
        """Returns who canceled a test that is ending."""
        run = self._runs.get(test_id)
        return None if run is None else run.canceller

    def stop(self, test_id: str, canceller: Canceller) -> None:
        """Stops a test if it runs here; its end will name the first canceller."""
        run = self._runs.get(test_id)
        if run is not None and run.canceller is None:
            run.canceller = canceller
            run.stop()

    @contextmanager
    def stoppable(self, test_id: str) -> Iterator[None]:
        """Lets a stop cancel the task while this context is open; a stop has no effect outside.

        So a stop never interrupts the recording of a test's end. Without its end recorded, the
        test would seem to run forever, and its followers would wait as long.

        Raises:
            asyncio.CancelledError: the test was stopped.
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
        """Waits until a test changes, at most this long."""
        run = self._runs.get(test_id)
        if run is None:
            await asyncio.sleep(seconds)
        else:
            await run.changed.wait(seconds)

    async def close(
        self, grace_seconds: float, recording_seconds: float = _RECORDING_SECONDS
    ) -> None:
        """Lets the running tests finish, then stops the rest.

        A test that cannot record its end in time is abandoned; the next start closes it.

        Args:
            grace_seconds: how long the tests may take to finish.
            recording_seconds: how long stopped tests may take to record their ends.
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
