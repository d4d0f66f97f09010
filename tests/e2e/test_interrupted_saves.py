"""A save that is cut off between any two statements has happened whole, or not at all."""

import asyncio
import multiprocessing
import signal
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from sqlalchemy import Connection

from service.operate.startup import open_runtime
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.e2e import saving
from tests.e2e.processes import DEADLINE
from tests.e2e.saving import Interrupt, interrupting, revision_in_force, save, storage_of

pytestmark = pytest.mark.anyio

LEAST_STATEMENTS: Final = 10
"""A save has more statements than this: fewer would mean that they were not counted."""


class CutOffError(Exception):
    """What the tests raise in the middle of a save."""


def _raise(_: Connection) -> None:
    raise CutOffError


def _cancel(_: Connection) -> None:
    task = asyncio.current_task()
    if task is None:
        raise TypeError("statements are executed in a task")
    task.cancel()


def _disconnect(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise TypeError("the connection is open")
    # PostgreSQL's driver can hang up; SQLite's file has nobody to hang up on.
    getattr(driver, "terminate", lambda: _raise(connection))()


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param(_raise, id="raised"),
        pytest.param(_cancel, id="cancelled"),
        pytest.param(_disconnect, id="disconnected"),
    ],
)
async def test_an_interrupted_save_leaves_nothing_behind(
    storage: Storage, interrupt: Interrupt
) -> None:
    """Wherever it is cut off, all that is stored agrees, and the next save works at once."""
    revision, at = 0, 1
    async with open_runtime(storage) as runtime:
        attempt = await _interrupted_save(runtime, at, interrupt)
        while attempt.interrupted:
            assert isinstance(attempt.outcome, BaseException)
            assert attempt.revision in {revision, revision + 1}
            revision, at = attempt.revision, at + 1
            attempt = await _interrupted_save(runtime, at, interrupt)

    assert (None, revision + 1) == (attempt.outcome, attempt.revision)
    assert LEAST_STATEMENTS < at


async def test_a_process_killed_at_any_statement_leaves_nothing_behind(
    storage: Storage,
) -> None:
    """The same where the whole process dies at once, by SIGKILL, and nothing can be put right.

    It dies after the commit too, before the caller, or the signer's memory, is told of it.
    """
    revisions = [0]
    while _exit_status_of_a_save(storage, at=len(revisions)) == -signal.SIGKILL:
        revisions.append(await _revision_at_the_next_start(storage))
    saved = await _revision_at_the_next_start(storage)

    assert {0, 1} == {after - before for before, after in pairwise(revisions)}
    assert revisions[-1] + 1 == saved
    assert LEAST_STATEMENTS < len(revisions)


@pytest.fixture
def storage(database_url: str, tmp_path: Path) -> Storage:
    """What each start is given: the same database, and the same folder."""
    return storage_of(database_url, tmp_path / "data")


class _Attempt(NamedTuple):
    """Whether a save was interrupted, what became of it, and the revision in force afterwards."""

    interrupted: bool
    outcome: object
    revision: int


async def _interrupted_save(runtime: Runtime, at: int, interrupt: Interrupt) -> _Attempt:
    with interrupting(runtime.database, at, interrupt) as moments:
        task = asyncio.create_task(save(runtime, at))
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
    return _Attempt(moments.interrupted, outcome, await revision_in_force(runtime))


async def _revision_at_the_next_start(storage: Storage) -> int:
    async with open_runtime(storage) as runtime:
        return await revision_in_force(runtime)


def _exit_status_of_a_save(storage: Storage, at: int) -> int | None:
    # Its processes are forks of one that has everything imported, so that there can be many.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([saving.__name__, pytest.__name__])
    process = processes.Process(target=saving.save_and_die, args=(storage, at))
    process.start()
    process.join(DEADLINE)
    status = process.exitcode
    process.close()
    return status
