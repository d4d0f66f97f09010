"""Whether the service can do its work."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Final

import structlog

from audit.trail import Tip
from db import migrate
from db.queries.events import head
from service.process.keys import KeyProblem
from service.process.runtime import Runtime

CHECK_SECONDS: Final = 2.0
"""The most seconds for all checks together."""

_log = structlog.get_logger()
_ending: Final[set[asyncio.Task[bool]]] = set()
"""Canceled checks that have not ended yet.

The event loop has only weak references to tasks, so without this set a task could be removed before
it has ended.
"""


async def check_health(runtime: Runtime) -> Mapping[str, bool]:
    """Checks what the service needs; returns the outcomes by name. The log has the reasons."""
    checks = {name: asyncio.create_task(check(runtime)) for name, check in CHECKS.items()}
    try:
        await asyncio.wait(checks.values(), timeout=CHECK_SECONDS)
    finally:
        _cancel([each for each in checks.values() if not each.done()])
    return {name: _outcome(name, check) for name, check in checks.items()}


async def _database(runtime: Runtime) -> bool:
    await runtime.database.check()
    return True


async def _migrations(runtime: Runtime) -> bool:
    return not await migrate.pending(runtime.database)


async def _keys(runtime: Runtime) -> bool:
    return not isinstance(runtime.keys.current(), KeyProblem)


async def _signer(runtime: Runtime) -> bool:
    async with runtime.database.reading() as session:
        tip = Tip.of(await head(session))
        runtime.trail.signer(tip)
        await runtime.trail.check_continues(session, tip)
    return True


CHECKS: Final[Mapping[str, Callable[[Runtime], Coroutine[None, None, bool]]]] = {
    "database": _database,
    "migrations": _migrations,
    "encryptionKey": _keys,
    "signer": _signer,
}


def _outcome(name: str, check: asyncio.Task[bool]) -> bool:
    """Returns a check's result, which is false if the check failed or took too long."""
    if not check.done():
        _log.warning("not ready", check=name, error="it does not answer")
        return False
    error = check.exception()
    if error is not None:
        _log.warning("not ready", check=name, error=type(error).__name__)
    return error is None and check.result()


def _cancel(checks: Collection[asyncio.Task[bool]]) -> None:
    """Cancels checks without waiting for their end, which a silent database can delay."""
    _ending.update(checks)
    for check in checks:
        check.add_done_callback(_forget)
        check.cancel()


def _forget(check: asyncio.Task[bool]) -> None:
    _ending.discard(check)
    if not check.cancelled():
        check.exception()
