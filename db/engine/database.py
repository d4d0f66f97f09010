"""The engine, and its transactions: each is one visible `async with`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Literal, TypeAlias

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine.database_file import DatabaseFile
from db.engine.outages import unify_outages

Session: TypeAlias = AsyncSession

_READ_ONLY = "postledger_read_only"
_AFTER_COMMIT = "postledger_after_commit"
_COMMIT_SECONDS = 10.0
"""Seconds to wait for a commit whose caller was canceled: the database may never answer."""
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Without this, INSERT OR REPLACE removes a row without its DELETE trigger.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout=10000",
)


class DatabaseUnavailableError(Exception):
    """The database cannot be reached or used. The message is one sentence without secrets."""


class Database:
    """One database: SQLite in a file, or PostgreSQL.

    Every change of data goes through `transaction`; nothing below it commits. The layers above
    find the contents of `carried` in every session's `info`. If the database is out of reach, the
    methods raise one of `db.engine.outages.OUTAGES`.
    """

    def __init__(self, url: str) -> None:
        parsed = _with_async_driver(_parse(url))
        self._file = DatabaseFile.of(parsed)
        self.engine: AsyncEngine = _create_engine(parsed, self._file)
        self.kind: Literal["sqlite", "postgresql"] = (
            "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql"
        )
        self.address = _without_secrets(parsed)
        # Writers queue here: SQLite allows one writer at a time, and its busy loop is unfair.
        self._writer = asyncio.Lock() if self.kind == "sqlite" else None
        self.carried: dict[str, object] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Begins a transaction; commits it at the end of the block, or rolls back if that raises.

        The work of `after_commit` runs before the block is left. A caller that is canceled during
        the commit leaves only when commit and work are done, or after ten seconds.
        """
        self._check_file()
        async with self._writer or nullcontext(), self._session() as session:
            await session.begin()
            yield session
            await _finish(_commit(session))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Opens a snapshot of the database, which never waits for writers."""
        # Closed without a commit, which SQLite would refuse after a read that found damage.
        async with self._session() as session:
            await session.connection(execution_options={_READ_ONLY: True} | self._snapshot())
            yield session

    async def check(self) -> None:
        """Tries to connect.

        Raises:
            DatabaseUnavailableError: the database does not answer, or cannot be used.
        """
        try:
            self._check_file()
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, TypeError, ValueError) as error:
            # The driver raises the last two for options that it does not know.
            reason = _reason(error)
            raise DatabaseUnavailableError(
                f"Cannot use the database {self.address}: {reason}"
            ) from None

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()

    def _check_file(self) -> None:
        if self._file is not None:
            self._file.check()

    def _session(self) -> Session:
        return AsyncSession(self.engine, expire_on_commit=False, info=self.carried)

    def _snapshot(self) -> dict[str, str]:
        # In SQLite, every read transaction is a snapshot.
        return {} if self.kind == "sqlite" else {"isolation_level": "REPEATABLE READ"}


async def _commit(session: Session) -> None:
    try:
        await session.commit()
    except BaseException:
        # Closing alone would return the connection to the pool in the middle of a transaction.
        await session.rollback()
        raise
    for work in session.info.get(_AFTER_COMMIT, ()):
        await work()


async def _finish(work: Coroutine[None, None, None]) -> None:
    """Finishes work that must not stop halfway, even if the caller is canceled meanwhile."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_COMMIT_SECONDS)
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        if task.done() and not task.cancelled():
            task.exception()  # read, so that asyncio does not log it as never retrieved
        raise


def after_commit(session: Session, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` once the session's transaction has committed; never if it is rolled back.

    `work` must not raise, because the change has happened.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(work)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUnavailableError(
            "The database's address cannot be read: expected postgresql://user:password@host/name"
        ) from None
    if "@" in (parsed.host or ""):
        # Otherwise a part of the password would count as a part of the host, and be shown.
        raise DatabaseUnavailableError(
            "The database's address cannot be read: an @ in the user or password is written %40"
        )
    return parsed


def _without_secrets(url: URL) -> str:
    """Returns the address without its secrets; the options can contain a password too."""
    options = {name: url.query[name] for name in ("host", "port") if name in url.query}
    return url.set(query=options).render_as_string(hide_password=True)


def _with_async_driver(url: URL) -> URL:
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
    if backend not in drivers:
        raise DatabaseUnavailableError(
            f"Cannot use a {backend} database: its address must start with postgresql:// or sqlite:///"
        )
    if backend == "postgresql" and "sslmode" in url.query:
        # `sslmode` is libpq's name, which addresses commonly use; asyncpg calls it `ssl`.
        url = url.difference_update_query(["sslmode"]).update_query_dict(
            {"ssl": url.query["sslmode"]}
        )
    return url.set(drivername=drivers[backend])


def _create_engine(url: URL, file: DatabaseFile | None) -> AsyncEngine:
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": 8, "max_overflow": 8}
    if url.get_backend_name() == "postgresql":
        options["pool_pre_ping"] = True
    engine = create_async_engine(url, **options)
    if file is not None:
        file.watch(engine.sync_engine)
    unify_outages(engine.sync_engine)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", _release_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Reads invalid UTF-8 without failing: it can only come from tampering, which verification
    # reports.
    connection.driver_connection.text_factory = _as_text
    # The driver's own BEGIN comes too late (before the first write): with it, concurrent
    # read-change-writes silently lose updates. `_begin_sqlite` executes BEGIN instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _as_text(data: bytes) -> str:
    return data.decode(errors="replace")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _release_sqlite(connection: DBAPIConnection, *_: object) -> None:
    # A canceled statement's cursor keeps a closed connection half open, and with it the lock
    # that every other writer waits for, until the cursor happens to be garbage-collected.
    connection.rollback()


def _reason(error: Exception) -> str:
    # The first line of the driver's message says why; the rest repeats the statement.
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
