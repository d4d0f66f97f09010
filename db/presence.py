"""Which service processes are alive, so that the tests of a dead one can be closed."""

import fcntl
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import text

from db.database import Database, DatabaseUnavailableError, Session

_LOCK_CLASS = 571384620


@asynccontextmanager
async def presence(database: Database, data_directory: Path) -> AsyncIterator[int]:
    """Marks this process as alive for the length of the block; yields its owner number.

    On SQLite one service may use a data directory at a time, so its lock file is held. On
    PostgreSQL there may be many: each holds a session's advisory lock under its number, which
    the server lets go when the process or its connection dies.

    Raises:
        DatabaseUnavailableError: another service holds the data directory.
    """
    owner = secrets.randbelow(2**31 - 1) + 1
    if database.kind == "sqlite":
        with _directory_lock(data_directory / "postledger.lock"):
            yield owner
        return
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(
            text("SELECT pg_advisory_lock(:class, :owner)"), {"class": _LOCK_CLASS, "owner": owner}
        )
        yield owner


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
