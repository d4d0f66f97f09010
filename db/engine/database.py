"""The engine, and transactions that are visible as one `async with` each."""

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
_END_SECONDS = 10.0
"""How long a commit is waited for that nobody waits for any more: a database may be silent."""
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Without it INSERT OR REPLACE removes a row past its DELETE trigger.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout=10000",
)


class DatabaseUnavailableError(Exception):
    """The database cannot be reached or used; the message is one sentence without a secret."""


class Database:
    """One database: SQLite in a file, or PostgreSQL.

    Everything that changes data goes through `transaction`; nothing below it commits. What
    `carried` holds travels with every session, in its `info`, for the layers above. Where the
    database is out of reach, what is raised is one of `db.outages.OUTAGES`.
    """

    def __init__(self, url: str) -> None:
        parsed = _with_async_driver(_parse(url))
        self._file = DatabaseFile.of(parsed)
        self.engine: AsyncEngine = _create_engine(parsed, self._file)
        self.kind: Literal["sqlite", "postgresql"] = (
            "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql"
        )
        self.address = _shown(parsed)
        # Writers queue here: SQLite lets one write at a time, and its busy loop is unfair.
        self._writer = asyncio.Lock() if self.kind == "sqlite" else None
        self.carried: dict[str, object] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A transaction that commits at the end of the block and rolls back when it raises.

        What was asked for by `after_commit` is done before the block is left. A cancellation that
        comes once the block has ended waits for both, within reason.
        """
        self._check_file()
        async with self._writer or nullcontext(), self._session() as session:
            await session.begin()
            yield session
            await _to_the_end(_commit(session))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A view of one moment, which never waits for writers."""
        # Closed without a commit: after a reading that met damage, SQLite would refuse that.
        async with self._session() as session:
            await session.connection(execution_options={_READ_ONLY: True} | self._snapshot())
            yield session

    async def check(self) -> None:
        """Tries the connection.

        Raises:
            DatabaseUnavailableError: it does not answer.
        """
        try:
            self._check_file()
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, TypeError, ValueError) as error:
            # The last two are the driver's words for options that it does not know.
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
        # A SQLite read transaction is a snapshot as it is.
        return {} if self.kind == "sqlite" else {"isolation_level": "REPEATABLE READ"}


async def _commit(session: Session) -> None:
    try:
        await session.commit()
    except BaseException:
        # Closing alone would give the connection back in the middle of its transaction.
        await session.rollback()
        raise
    for work in session.info.get(_AFTER_COMMIT, ()):
        await work()


async def _to_the_end(work: Coroutine[None, None, None]) -> None:
    """Waits for work that is not to be broken off halfway by whoever does not want it any more."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_END_SECONDS)
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        if task.done() and not task.cancelled():
            task.exception()  # nobody is there to hear of it
        raise


def after_commit(session: Session, work: Callable[[], Awaitable[None]]) -> None:
    """Has something done once the session's transaction stands; never, where it is rolled back.

    It must not raise: the change has happened.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(work)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUnavailableError(
            "The database's address cannot be read: it looks like postgresql://user:password@host/name"
        ) from None
    if "@" in (parsed.host or ""):
        # Half of the password would pass for a part of the host, and be shown as that.
        raise DatabaseUnavailableError(
            "The database's address cannot be read: an @ in the user or password is written %40"
        )
    return parsed


def _shown(url: URL) -> str:
    """The address without what may be secret: a password can stand among the options too."""
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
        # libpq's name for it, which everybody writes; the driver has another.
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
    # A text that is none, as only somebody else can have put there, is read all the same.
    connection.driver_connection.text_factory = _as_text
    # The driver's own BEGIN comes too late (before the first write): with it, concurrent
    # read-change-writes silently lose updates. `_begin_sqlite` says BEGIN instead.
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
    # A cancelled statement's cursor keeps a closed connection half open, and with it the lock
    # that every other writer waits for, until the cursor happens to be collected.
    connection.rollback()


def _reason(error: Exception) -> str:
    # The driver's first line says why; what follows it would repeat the statement.
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
