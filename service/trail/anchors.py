"""Anchors: delivering the trail's checkpoints to places where this service cannot change them.

A slow or failing sink delays neither changes nor other sinks: each sink has its own task. A failed
delivery is retried with the newest checkpoint. Skipping the older ones loses nothing, because a
checkpoint vouches for all events before it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx2
import stamina
import structlog

from audit.trail import NoProof
from service.process.anchor_sinks import AnchorState, Sink, failure_reason
from service.process.runtime import Runtime
from service.process.tasks import cancel_all, wait_at_most
from service.trail.reading import audit_checkpoint

_ATTEMPTS: Final = 5
_WORTH_A_RETRY: Final = (OSError, httpx2.HTTPError)
PAUSE_SECONDS: Final = 10.0
"""The least time between two deliveries, so that many changes in a row need only one."""

_log = structlog.get_logger()


@asynccontextmanager
async def following(
    runtime: Runtime, *, pause_seconds: float = PAUSE_SECONDS
) -> AsyncIterator[None]:
    """Delivers the newest checkpoint to every sink, at once and after changes, during the block."""
    pairs = zip(runtime.anchors.sinks, runtime.anchors.states, strict=True)
    tasks = [asyncio.create_task(_follow(runtime, *pair, pause_seconds)) for pair in pairs]
    try:
        yield
    finally:
        await cancel_all(tasks)


async def _follow(runtime: Runtime, sink: Sink, state: AnchorState, pause_seconds: float) -> None:
    woken = asyncio.Event()
    unwatch = runtime.trail.watch(woken.set)
    try:
        while True:
            woken.clear()
            await _deliver_newest(runtime, sink, state)
            await asyncio.sleep(pause_seconds)
            # The wait has a limit, because events of other processes do not wake this task.
            await wait_at_most(woken, pause_seconds)
    finally:
        unwatch()


async def _deliver_newest(runtime: Runtime, sink: Sink, state: AnchorState) -> None:
    """Delivers the newest checkpoint to a sink. Never raises: that would end the sink's task."""
    try:
        signed = await audit_checkpoint(runtime)
    except Exception as error:  # noqa: BLE001 (an outage of the database has many kinds of errors)
        _fail(state, f"the newest checkpoint cannot be read ({type(error).__name__})")
        return
    if isinstance(signed, NoProof):
        _fail(state, "the newest checkpoint is damaged")
        return
    size = signed.checkpoint.size
    if state.size != size:
        try:
            await _deliver(sink, state, signed.note)
        except Exception as error:  # noqa: BLE001 (a sink may raise anything)
            _fail(state, failure_reason(error))
            return
        state.size, state.delivered_at = size, runtime.clock()
    state.problem = None


async def _deliver(sink: Sink, state: AnchorState, note: str) -> None:
    async for attempt in stamina.retry_context(on=_WORTH_A_RETRY, attempts=_ATTEMPTS):
        with attempt:
            try:
                await sink.deliver(note)
            except _WORTH_A_RETRY as error:
                # Shown after the first attempt already, not only after the last.
                state.problem = failure_reason(error)
                raise


def _fail(state: AnchorState, problem: str) -> None:
    state.problem = problem
    _log.error("a checkpoint could not be anchored", sink=state.name, reason=problem)
