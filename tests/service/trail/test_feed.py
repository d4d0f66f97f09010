"""Following the trail: each event once, in order, whichever process appended it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from audit.trail.appending import append
from audit.trail.history import EventFilter, Recorded
from service.operate.startup import open_runtime
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.trail.feed import audit_events_appended
from tests.support.trail.events import START, an_event, at, write

pytestmark = pytest.mark.anyio


async def _take(feed: AsyncIterator[Recorded], count: int) -> list[Recorded]:
    async with asyncio.timeout(20):
        return [await anext(feed) for _ in range(count)]


async def test_a_follower_gets_what_is_appended_from_now_on(runtime: Runtime) -> None:
    """A follower gets new events only, each once and in order."""
    await write(runtime.database, 2)
    feed = audit_events_appended(runtime, poll_seconds=30)
    task = asyncio.create_task(_take(feed, 3))
    written = 0
    async with asyncio.timeout(20):
        while not task.done():
            await write(runtime.database, 1, first=2 + written)
            written += 1
    seen = [each.seq for each in task.result()]

    assert list(range(seen[0], seen[0] + 3)) == seen
    assert seen[0] >= 2
    await feed.aclose()


async def test_a_filter_leaves_out_other_events(runtime: Runtime) -> None:
    """A follower with a filter gets only the events that match it."""
    feed = audit_events_appended(runtime, EventFilter(text="wanted 7"), poll_seconds=30)
    task = asyncio.create_task(_take(feed, 1))
    number = 0
    async with asyncio.timeout(20):
        while not task.done():
            await write(runtime.database, 1, first=number)
            number += 1
            if number > 6:
                await _write_wanted(runtime, number)
                number += 1

    assert ["wanted 7"] == [each.event.reason for each in task.result()]
    await feed.aclose()


async def _write_wanted(runtime: Runtime, number: int) -> None:
    async with runtime.database.transaction() as session:
        await append(session, an_event(number, reason="wanted 7"), at(START))


async def test_what_another_process_appends_is_seen_too(runtime: Runtime, storage: Storage) -> None:
    """A follower polls for events of other processes, which cannot wake it."""
    feed = audit_events_appended(runtime, poll_seconds=0.01)
    task = asyncio.create_task(_take(feed, 1))
    number = 0
    async with open_runtime(storage) as other, asyncio.timeout(20):
        while not task.done():
            await write(other.database, 1, first=number)
            number += 1

    assert 1 == len(task.result())
    await feed.aclose()


async def test_a_follower_that_leaves_is_forgotten(runtime: Runtime) -> None:
    """A follower that is closed leaves no watcher behind."""
    feed = audit_events_appended(runtime, poll_seconds=0.01)
    task = asyncio.create_task(_take(feed, 1))
    async with asyncio.timeout(20):
        while not task.done():
            await write(runtime.database, 1)
    await feed.aclose()

    assert set() == runtime.trail._watchers
