"""Several processes, also killed ones, append to one trail: nothing is lost, and nothing forks."""

import random

import pytest

from service.operate.startup import open_runtime
from service.process.storage import Storage
from tests.support.trail.processes import append_at_once, kill_after, settled

pytestmark = pytest.mark.anyio

EACH = 15
LONGEST_PAUSE = 0.01
"""In seconds: about as long as a few events take."""


async def test_processes_append_at_once(storage: Storage) -> None:
    """Every event of several processes is recorded once, and the trail verifies."""
    processes = 3 if (storage.database_url or "").startswith("sqlite") else 8
    async with open_runtime(storage):
        pass
    await append_at_once(storage, processes, EACH)
    expected = {f"worker{name} {number}" for name in range(processes) for number in range(EACH)}
    found = await settled(storage)

    assert (expected, len(expected)) == (set(found), len(found))


async def test_a_killed_process_loses_nothing_that_it_acknowledged(storage: Storage) -> None:
    """After each kill, the trail opens, verifies, and contains every acknowledged event."""
    moments = random.Random(20261123)  # noqa: S311 (moments, not secrets)
    for life in range(3):
        acknowledged = await kill_after(
            storage, f"life{life}", moments.randrange(1, 12), moments.random() * LONGEST_PAUSE
        )
        found = await settled(storage)

        assert [f"life{life} {n}" for n in range(acknowledged)] == [
            reason for reason in found if reason.startswith(f"life{life} ")
        ][:acknowledged]
