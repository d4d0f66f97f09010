"""Processes that append concurrently, or are killed meanwhile, and what must be true afterwards."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

from audit.trail.history import EventFilter, read_events
from db.queries.keyset import Window
from service.operate.startup import open_runtime
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.verify.trail import TrailVerification, verify_trail
from tests.support.root import ROOT


async def started(storage: Storage, name: str, count: int) -> Process:
    """Starts a worker process (`tests.support.trail.worker`)."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.trail.worker",
        str(storage.data_directory),
        storage.database_url or "",
        storage.signing_keys[0],
        name,
        str(count),
        stdout=PIPE,
        cwd=ROOT,
    )


async def append_at_once(storage: Storage, processes: int, each: int) -> None:
    """Lets several processes append, and waits for all of them.

    Raises:
        AssertionError: one of them failed.
    """
    workers = [await started(storage, f"worker{number}", each) for number in range(processes)]
    outputs = await asyncio.gather(*(worker.communicate() for worker in workers))

    assert [0] * processes == [worker.returncode for worker in workers]
    assert [each] * processes == [len(output.split()) for output, _ in outputs]


async def kill_after(storage: Storage, name: str, acknowledged: int, pause: float) -> int:
    """Kills a worker at some moment; returns how many events it had acknowledged by then.

    Args:
        storage: the storage to which it appends.
        name: the worker's name.
        acknowledged: how many acknowledged events to wait for.
        pause: for how many seconds it continues after that. Without a pause, it would always be
            killed just as it begins the next event.
    """
    worker = await started(storage, name, 0)
    assert worker.stdout is not None
    for _ in range(acknowledged):
        await worker.stdout.readline()
    with suppress(TimeoutError):
        await asyncio.wait_for(worker.wait(), pause)
    worker.kill()
    rest = await worker.stdout.read()
    await worker.wait()
    # A client does not receive a line that the kill cut off.
    return acknowledged + rest.count(b"\n")


async def settled(storage: Storage) -> list[str]:
    """Checks that a trail opens and verifies; returns the reasons of all of its events."""
    async with open_runtime(storage) as runtime:
        verified = await verify_trail(runtime)
        assert isinstance(verified, TrailVerification)
        assert () == verified.findings
        return await _reasons(runtime)


async def _reasons(runtime: Runtime) -> list[str]:
    reasons: list[str] = []
    last = -1
    while True:
        async with runtime.database.reading() as session:
            window = Window(500, above=last, newest=False)
            found = await read_events(session, window, EventFilter())
        if not found:
            return reasons
        last = found[0].seq
        reasons += [each.event.reason or "" for each in reversed(found)]
