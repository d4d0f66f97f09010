"""Whether the service can do its work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from audit.trail import SignerRefusedError, Tip
from db import migrate
from db.database import DatabaseUnavailableError
from db.events import head
from service.keys import KeyProblem
from service.runtime import Runtime

CHECK_SECONDS: Final = 2.0
_FAILURES: Final = (
    DatabaseUnavailableError,
    SignerRefusedError,
    SQLAlchemyError,
    TimeoutError,
    OSError,
)


async def health(runtime: Runtime) -> Mapping[str, bool]:
    """What the service needs, by name, and whether it has it."""
    return {name: await _within(check, runtime) for name, check in CHECKS.items()}


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
    return True


CHECKS: Final[Mapping[str, Callable[[Runtime], Awaitable[bool]]]] = {
    "database": _database,
    "migrations": _migrations,
    "encryptionKey": _keys,
    "signer": _signer,
}


async def _within(check: Callable[[Runtime], Awaitable[bool]], runtime: Runtime) -> bool:
    """A check's answer; one that fails or takes too long is no."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check(runtime)
    except _FAILURES:
        return False
