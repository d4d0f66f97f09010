"""Which service processes are alive, so that the tests of a dead one can be closed."""

import asyncio
import fcntl
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine.database import Database, DatabaseUnavailableError, Session

_LOCK_CLASS: Final = 571384620
_LOOK_SECONDS: Final = 2.0
_ANSWER_SECONDS: Final = 10.0

_log = structlog.get_logger()


@asynccontextmanager
async def presence(
    database: Database, data_directory: Path, look_seconds: float = _LOOK_SECONDS
) -> AsyncIterator[int]:
    """Marks this process as alive for the length of the block; yields its owner number.

    On SQLite one service may use a data directory at a time, so its lock file is held. On
    PostgreSQL there may be many: each holds a session's advisory lock under its number, which
    the server lets go when the process or its connection dies. A lock that went with its
    connection is taken again.

    Args:
        database: the service's.
        data_directory: where the lock file is.
        look_seconds: how often a held lock's connection is looked at.

    Raises:
        DatabaseUnavailableError: another service holds the data directory, or the database is
            silent.
    """
    owner = secrets.randbelow(2**31 - 1) + 1
    if database.kind == "sqlite":
        with _directory_lock(data_directory / "postledger.lock"):
            yield owner
        return
    async with _advisory_lock(database, owner) as first:
        keeping = asyncio.create_task(_keep(database, owner, first, look_seconds))
        try:
            yield owner
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})


@asynccontextmanager
async def _advisory_lock(database: Database, owner: int) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                connection = await _take(stack, database, owner)
        except TimeoutError:
            message = f"The database did not answer within {_ANSWER_SECONDS:.0f} s."
            raise DatabaseUnavailableError(message) from None
        yield connection


async def _take(stack: AsyncExitStack, database: Database, owner: int) -> AsyncConnection:
    connection = await stack.enter_async_context(database.engine.connect())
    # The lock goes with the connection. Nothing is asked of a server that may be silent.
    stack.push_async_callback(connection.invalidate)
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    query = text("SELECT pg_advisory_lock(:class, :owner)")
    await connection.execute(query, {"class": _LOCK_CLASS, "owner": owner})
    return connection


async def _keep(
    database: Database, owner: int, first: AsyncConnection, look_seconds: float
) -> None:
    """Looks at the lock's connection, and takes the lock by another where that is gone."""
    await _watch(first, look_seconds)
    while True:
        try:
            async with _advisory_lock(database, owner) as connection:
                _log.info("this process is known to the database again")
                await _watch(connection, look_seconds)
        except (SQLAlchemyError, DatabaseUnavailableError):
            await asyncio.sleep(look_seconds)


async def _watch(connection: AsyncConnection, look_seconds: float) -> None:
    """Returns when the connection is of no use any more."""
    try:
        while True:
            await asyncio.sleep(look_seconds)
            async with asyncio.timeout(_ANSWER_SECONDS):
                await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, TimeoutError) as error:
        _log.warning("this process is not known to the database", reason=type(error).__name__)


async def is_alive(database: Database, session: Session, owner: int) -> bool:
    """Whether the process with this owner number still runs (this one included, on PostgreSQL)."""
    if database.kind == "sqlite":
        # The data directory's lock is ours, so whoever else there was is gone.
        return False
    query = text(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' "
        "AND classid = :class AND objid = :owner "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    connection = await session.connection()
    found = await connection.execute(query, {"class": _LOCK_CLASS, "owner": owner})
    return found.first() is not None


@contextmanager
def _directory_lock(path: Path) -> Iterator[None]:
    try:
        opened = path.open("a")
    except OSError as error:
        raise DatabaseUnavailableError(f"Cannot open {path}: {error.strerror}.") from None
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseUnavailableError(
                f"Another Postledger service is using {path.parent}: stop it first, "
                "or choose another POSTLEDGER_DATA_DIRECTORY."
            ) from None
        yield
