"""Followers of the settings see every change, by this process or another."""

import asyncio
from dataclasses import replace

import pytest

from service.process.runtime import Runtime
from service.process.signals import SharedPoll, Signal
from service.settings.current import follow_email_settings
from service.settings.state import SettingsState
from tests.support.inprocess import Edge

pytestmark = pytest.mark.anyio

DEADLINE = 10
SAVE = """
mutation ($host: String!, $seen: Int!) {
  updateEmailSettings(input: {settings: {smtpHost: $host}, expectedRevision: $seen}) { __typename }
}
"""


async def _save(runtime: Runtime, revision: int) -> None:
    """Saves a revision, with a different host for each."""
    await Edge(runtime).ask(SAVE, host=f"mx{revision}.example.org", seen=revision - 1)


class Watched(Signal):
    """A signal that reports when a follower begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Reports that a follower waits, then waits for the signal."""
        self.awaited.set()
        await super().wait(seconds)


async def _followed(runtime: Runtime, heard: asyncio.Queue[SettingsState]) -> None:
    async for state in follow_email_settings(runtime):
        await heard.put(state)


async def _listening(follower: Runtime, heard: asyncio.Queue[SettingsState]) -> asyncio.Task[None]:
    """Starts a follower, and returns once it will miss no further change."""
    signal = follower.settings_changed
    assert isinstance(signal, Watched)
    signal.awaited.clear()
    task = asyncio.create_task(_followed(follower, heard))
    await signal.awaited.wait()
    return task


async def _heard(queue: asyncio.Queue[SettingsState]) -> SettingsState:
    async with asyncio.timeout(DEADLINE):
        return await queue.get()


@pytest.fixture
def watched(runtime: Runtime) -> Runtime:
    """Returns the service with a signal that the test can watch."""
    return replace(runtime, settings_changed=Watched())


async def test_all_followers_see_each_change_at_once(watched: Runtime) -> None:
    """Each follower gets the complete settings once per save."""
    await _save(watched, 1)
    queues: list[asyncio.Queue[SettingsState]] = [asyncio.Queue() for _ in range(5)]
    tasks = [await _listening(watched, heard) for heard in queues]
    seen = []
    for revision in (2, 3):
        await _save(watched, revision)
        seen.append([(await _heard(heard)).values.smtp_host for heard in queues])
    for task in tasks:
        task.cancel()

    assert [["mx2.example.org"] * 5, ["mx3.example.org"] * 5] == seen


async def test_a_change_by_another_process_is_seen(watched: Runtime) -> None:
    """A change by another process, which sends no signal, is found in the database."""
    other = replace(watched, settings_changed=Signal(), settings_revision=SharedPoll())
    heard: asyncio.Queue[SettingsState] = asyncio.Queue()
    task = await _listening(watched, heard)
    await _save(other, 1)
    state = await _heard(heard)
    task.cancel()

    assert (1, "mx1.example.org") == (state.revision, state.values.smtp_host)
