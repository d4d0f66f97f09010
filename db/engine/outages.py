"""One family of errors for a database that is out of reach, however the connection failed."""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

OUTAGES: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""Errors that a retry may get past. Each of them is a `SQLAlchemyError`."""


def unify_outages(engine: Engine) -> None:
    """Makes an engine raise only `OUTAGES` when the database is out of reach."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _lost)


def _connect(
    dialect: Dialect, _entry: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> DBAPIConnection:
    driver = dialect.loaded_dbapi
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, driver.Error) as error:
        # Network errors (a timeout among them) would otherwise pass through unchanged, and the
        # error of a server that is still starting would look like any other error.
        raise driver.OperationalError(str(error) or type(error).__name__) from error


def _lost(context: ExceptionContext) -> Exception | None:
    """Replaces asyncpg's error for a broken connection, whose class does not say so."""
    error, cause = context.sqlalchemy_exception, context.original_exception
    if not context.is_disconnect or isinstance(error, OUTAGES):
        return None
    if not isinstance(error, DBAPIError) or not isinstance(cause, Exception):
        return None
    return OperationalError(
        error.statement, None, cause, hide_parameters=True, connection_invalidated=True
    )
