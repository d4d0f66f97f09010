"""Which service processes are alive, so that the open tests of a dead process can be closed."""

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
_CHECK_SECONDS: Final = 2.0
_ANSWER_SECONDS: Final = 10.0

_log = structlog.get_logger()


@asynccontextmanager
async def presence(
    database: Database, data_directory: Path, check_seconds: float = _CHECK_SECONDS
) -> AsyncIterator[int]:
    """Marks this process as alive for the length of the block; yields its owner number.

    On SQLite, only one service may use a data directory at a time, so it locks a file there. On
    PostgreSQL there may be many services: each takes a session-level advisory lock under its owner
    number. The server releases that lock when the process or its connection dies; a process that
    lost only its connection takes the lock again.

    Args:
        database: the service's database.
        data_directory: the folder of the lock file.
        check_seconds: seconds between two checks of the connection that holds the lock.

    Raises:
        DatabaseUnavailableError: another service uses the data directory, or the database does
            not answer.
    """
    owner = secrets.randbelow(2**31 - 1) + 1
    if database.kind == "sqlite":
        with _directory_lock(data_directory / "postledger.lock"):
            yield owner
        return
    async with _advisory_lock(database, owner) as first:
        keeping = asyncio.create_task(_keep_lock(database, owner, first, check_seconds))
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
                connection = await _take_lock(stack, database, owner)
        except TimeoutError:
            message = f"The database did not answer within {_ANSWER_SECONDS:.0f} s."
            raise DatabaseUnavailableError(message) from None
        yield connection


async def _take_lock(stack: AsyncExitStack, database: Database, owner: int) -> AsyncConnection:
    connection = await stack.enter_async_context(database.engine.connect())
    # Dropping the connection releases the lock, and needs no answer from the server.
    stack.push_async_callback(connection.invalidate)
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    query = text("SELECT pg_advisory_lock(:class, :owner)")
    await connection.execute(query, {"class": _LOCK_CLASS, "owner": owner})
    return connection


async def _keep_lock(
    database: Database, owner: int, first: AsyncConnection, check_seconds: float
) -> None:
    """Checks the lock's connection, and takes the lock on a new connection when it is lost."""
    await _watch(first, check_seconds)
    while True:
        try:
            async with _advisory_lock(database, owner) as connection:
                _log.info("took the lock that marks this process as alive again")
                await _watch(connection, check_seconds)
        except (SQLAlchemyError, DatabaseUnavailableError):
            await asyncio.sleep(check_seconds)


async def _watch(connection: AsyncConnection, check_seconds: float) -> None:
    """Returns when the connection is no longer usable."""
    try:
        while True:
            await asyncio.sleep(check_seconds)
            async with asyncio.timeout(_ANSWER_SECONDS):
                await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, TimeoutError) as error:
        _log.warning("lost the lock that marks this process as alive", reason=type(error).__name__)


async def is_alive(database: Database, session: Session, owner: int) -> bool:
    """Returns whether the process with this owner number still runs.

    On SQLite this is False for every number: no process but this one can use the database.
    """
    if database.kind == "sqlite":
        # This process has locked the data directory, so any other process has ended.
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
