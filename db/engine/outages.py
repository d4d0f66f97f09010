"""What is raised where the database is gone, whichever way it went: one family of errors."""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

OUTAGES: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""What may be over when it is tried again. All of them are a `SQLAlchemyError`."""


def unify_outages(engine: Engine) -> None:
    """Has an engine raise nothing but `OUTAGES` where the database is out of reach."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _lost)


def _connect(
    dialect: Dialect, _entry: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> DBAPIConnection:
    driver = dialect.loaded_dbapi
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, driver.Error) as error:
        # What the network says (a time-out is one of these) would come through as it is, and what
        # a server says that is just starting would be an error like any.
        raise driver.OperationalError(str(error) or type(error).__name__) from error


def _lost(context: ExceptionContext) -> Exception | None:
    """A connection that broke: asyncpg tells of it by an error that could be any."""
    error, cause = context.sqlalchemy_exception, context.original_exception
    if not context.is_disconnect or isinstance(error, OUTAGES):
        return None
    if not isinstance(error, DBAPIError) or not isinstance(cause, Exception):
        return None
    return OperationalError(
        error.statement, None, cause, hide_parameters=True, connection_invalidated=True
    )
