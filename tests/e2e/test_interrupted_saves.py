"""A save that is interrupted between any two statements takes effect completely or not at all."""

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
"""A save has more statements than this; fewer would mean that not all were counted."""


class InterruptedSaveError(Exception):
    """The error that the tests raise in the middle of a save."""


def _raise(_: Connection) -> None:
    raise InterruptedSaveError


def _cancel(_: Connection) -> None:
    task = asyncio.current_task()
    if task is None:
        raise TypeError("statements are executed in a task")
    task.cancel()


def _disconnect(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise TypeError("the connection is open")
    # PostgreSQL's driver can be disconnected; SQLite has no connection to a server.
    getattr(driver, "terminate", lambda: _raise(connection))()


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param(_raise, id="raised"),
        pytest.param(_cancel, id="canceled"),
        pytest.param(_disconnect, id="disconnected"),
    ],
)
async def test_an_interrupted_save_leaves_nothing_behind(
    storage: Storage, interrupt: Interrupt
) -> None:
    """After an interruption anywhere, all that is stored agrees, and the next save succeeds."""
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
    """After a SIGKILL at any statement, all that is stored agrees, and the next start works.

    The process is also killed after the commit, before the caller or the signer's memory learns of
    the commit.
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
    """The storage of every start: the same database, and the same folder."""
    return storage_of(database_url, tmp_path / "data")


class _Attempt(NamedTuple):
    """Whether a save was interrupted, its outcome, and the revision in force afterwards."""

    interrupted: bool
    outcome: object
    revision: int


async def _interrupted_save(runtime: Runtime, at: int, interrupt: Interrupt) -> _Attempt:
    with interrupting(runtime.database, at, interrupt) as progress:
        task = asyncio.create_task(save(runtime, at))
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
    return _Attempt(progress.interrupted, outcome, await revision_in_force(runtime))


async def _revision_at_the_next_start(storage: Storage) -> int:
    async with open_runtime(storage) as runtime:
        return await revision_in_force(runtime)


def _exit_status_of_a_save(storage: Storage, at: int) -> int | None:
    # The processes are forks of a process that has imported everything, so they start fast.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([saving.__name__, pytest.__name__])
    process = processes.Process(target=saving.save_and_die, args=(storage, at))
    process.start()
    process.join(DEADLINE)
    status = process.exitcode
    process.close()
    return status
