"""Anchors: the trail's checkpoints, carried to where this service cannot change them.

They never hold a change up, nor each other: each sink follows the trail for itself, and what cannot
be delivered is tried again while newer checkpoints take its place. A checkpoint vouches for all
before it, so none is missed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx2
import stamina
import structlog

from audit.trail import NoProof
from service.process.anchor_sinks import AnchorState, Sink, told
from service.process.runtime import Runtime
from service.process.tasks import cancel_all, wait_at_most
from service.trail.reading import audit_checkpoint

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
            await _carry_newest(runtime, sink, state)
            await asyncio.sleep(pause_seconds)
            # Other processes append as well, and wake nobody here.
            await wait_at_most(woken, pause_seconds)
    finally:
        unwatch()


async def _carry_newest(runtime: Runtime, sink: Sink, state: AnchorState) -> None:
    """Brings the newest checkpoint there; never raises, or nothing would be anchored again."""
    try:
        signed = await audit_checkpoint(runtime)
    except Exception as error:  # noqa: BLE001 (the database's outages are of many kinds)
        _fail(state, f"the newest checkpoint cannot be read ({type(error).__name__})")
        return
    if isinstance(signed, NoProof):
        _fail(state, "the newest checkpoint is damaged")
        return
    size = signed.checkpoint.size
    if state.size != size:
        try:
            await _deliver(sink, state, signed.note)
        except Exception as error:  # noqa: BLE001 (what a place answers is not ours to foresee)
            _fail(state, told(error))
            return
        state.size, state.delivered_at = size, runtime.clock()
    state.problem = None


async def _deliver(sink: Sink, state: AnchorState, note: str) -> None:
    async for attempt in stamina.retry_context(on=_WORTH_A_RETRY, attempts=_ATTEMPTS):
        with attempt:
            try:
                await sink.deliver(note)
            except _WORTH_A_RETRY as error:
                # Seen at once, and not after the last attempt.
                state.problem = told(error)
                raise


def _fail(state: AnchorState, problem: str) -> None:
    state.problem = problem
    _log.error("a checkpoint could not be anchored", sink=state.name, reason=problem)
