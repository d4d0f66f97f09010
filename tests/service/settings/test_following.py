import asyncio
from dataclasses import replace

import pytest

from service.process.runtime import Runtime
from service.process.signals import SharedLook, Signal
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
    """Makes a revision, with a host of its own."""
    await Edge(runtime).ask(SAVE, host=f"mx{revision}.example.org", seen=revision - 1)


class Watched(Signal):
    """A signal that tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Tells, then waits."""
        self.awaited.set()
        await super().wait(seconds)


async def _followed(runtime: Runtime, heard: asyncio.Queue[SettingsState]) -> None:
    async for state in follow_email_settings(runtime):
        await heard.put(state)


async def _listening(follower: Runtime, heard: asyncio.Queue[SettingsState]) -> asyncio.Task[None]:
    """A follower that has taken its first look, and so misses nothing from now on."""
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
    """The service, with a signal that the test can watch."""
    return replace(runtime, settings_changed=Watched())


async def test_all_followers_hear_of_each_change_at_once(watched: Runtime) -> None:
    """Each gets the settings whole, once a save, though one look serves them all."""
    await _save(watched, 1)
    queues: list[asyncio.Queue[SettingsState]] = [asyncio.Queue() for _ in range(5)]
    tasks = [await _listening(watched, heard) for heard in queues]
    told = []
    for revision in (2, 3):
        await _save(watched, revision)
        told.append([(await _heard(heard)).values.smtp_host for heard in queues])
    for task in tasks:
        task.cancel()

    assert [["mx2.example.org"] * 5, ["mx3.example.org"] * 5] == told


async def test_a_change_by_another_process_is_heard_of(watched: Runtime) -> None:
    """Nobody tells this process of it: it looks."""
    other = replace(watched, settings_changed=Signal(), settings_revision=SharedLook())
    heard: asyncio.Queue[SettingsState] = asyncio.Queue()
    task = await _listening(watched, heard)
    await _save(other, 1)
    state = await _heard(heard)
    task.cancel()

    assert (1, "mx1.example.org") == (state.revision, state.values.smtp_host)
