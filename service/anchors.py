"""Anchors: the trail's checkpoints, carried to where this service cannot change them.

They never hold a change up: they follow the trail, and what cannot be delivered is tried again
while newer checkpoints take its place. A checkpoint vouches for all before it, so none is missed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import httpx2
import stamina
import structlog

from audit.proofs import NoProof, SignedCheckpoint
from service.anchor_sinks import AnchorState, Sink
from service.runtime import Runtime
from service.trail import audit_checkpoint

_ATTEMPTS: Final = 5
_WORTH_A_RETRY: Final = (OSError, httpx2.HTTPError)
PAUSE_SECONDS: Final = 10.0
"""At least this long between two deliveries, so that many changes cost one."""

_log = structlog.get_logger()


@asynccontextmanager
async def following(
    runtime: Runtime, *, pause_seconds: float = PAUSE_SECONDS
) -> AsyncIterator[None]:
    """Delivers the newest checkpoint now, and from now on after changes, until the block ends."""
    if not runtime.anchors.sinks:
        yield
        return
    woken = asyncio.Event()
    unwatch: Callable[[], None] = runtime.trail.watch(woken.set)
    task = asyncio.create_task(_follow(runtime, woken, pause_seconds))
    try:
        yield
    finally:
        unwatch()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(runtime: Runtime, woken: asyncio.Event, pause_seconds: float) -> None:
    while True:
        woken.clear()
        await _carry_newest(runtime)
        await asyncio.sleep(pause_seconds)
        if not any(state.problem for state in runtime.anchors.states):
            await woken.wait()


async def _carry_newest(runtime: Runtime) -> None:
    """Brings the newest checkpoint everywhere; never raises, or nothing would be anchored again."""
    try:
        signed = await audit_checkpoint(runtime)
    except Exception as error:  # noqa: BLE001 (the database's outages are of many kinds)
        for state in runtime.anchors.states:
            _fail(state, error)
        return
    if not isinstance(signed, NoProof):
        await _deliver(runtime, signed)


async def _deliver(runtime: Runtime, signed: SignedCheckpoint) -> None:
    """Brings a checkpoint to every sink that has not had it; each on its own."""
    anchors = runtime.anchors
    pairs = zip(anchors.sinks, anchors.states, strict=True)
    await asyncio.gather(*(_deliver_to(runtime, signed, *pair) for pair in pairs))


async def _deliver_to(
    runtime: Runtime, signed: SignedCheckpoint, sink: Sink, state: AnchorState
) -> None:
    size = signed.checkpoint.size
    if state.size == size:
        state.problem = None
        return
    try:
        async for attempt in stamina.retry_context(on=_WORTH_A_RETRY, attempts=_ATTEMPTS):
            with attempt:
                await sink.deliver(signed.note)
    except Exception as error:  # noqa: BLE001 (what a place answers is not ours to foresee)
        _fail(state, error)
    else:
        state.size, state.problem = size, None
        state.delivered_at = runtime.clock()


def _fail(state: AnchorState, error: Exception) -> None:
    # The kind alone: an address, which may hold a secret, may be in the error's words.
    state.problem = type(error).__name__
    _log.error("a checkpoint could not be anchored", sink=state.name, reason=state.problem)
