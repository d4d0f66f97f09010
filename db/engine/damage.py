"""Damage, which a retry does not get past, as opposed to an outage (`db.engine.outages`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from db.engine.database import Session

# Data exception, syntax error or access rule violation (a missing table), internal error.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES: Final = ("22", "42", "XX")
# SQLITE_ERROR (a missing table), SQLITE_CORRUPT, SQLITE_NOTADB. https://sqlite.org/rescode.html
_SQLITE_CODES: Final = frozenset({1, 11, 26})
_SQLITE_PRIMARY: Final = 0xFF


def is_damage(error: DBAPIError) -> bool:
    """Returns whether the same read would fail again: something is missing, or was altered."""
    if error.connection_invalidated:
        return False
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate.startswith(_SQLSTATES)
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & _SQLITE_PRIMARY in _SQLITE_CODES


def reason_of(error: DBAPIError) -> str:
    """Returns the database's message, without the statement."""
    return str(error.orig).strip().partition("\n")[0]


def text_of(value: object) -> str:
    """Returns a value as text: in SQLite, a column can have values of any type."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


@asynccontextmanager
async def apart(session: Session) -> AsyncIterator[None]:
    """Runs a part of a transaction that may fail without ending the transaction."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        yield  # a failed read does not end a transaction in SQLite
        return
    async with connection.begin_nested():
        yield
