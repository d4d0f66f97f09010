"""Telling damage from outages: what is wrong in the database, or with reaching it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from db.engine.database import Session

# Data exception, syntax error or access rule violation (a table that is gone), internal error.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES: Final = ("22", "42", "XX")
# SQLITE_ERROR (a table that is gone), SQLITE_CORRUPT, SQLITE_NOTADB. https://sqlite.org/rescode.html
_SQLITE_CODES: Final = frozenset({1, 11, 26})
_SQLITE_PRIMARY: Final = 0xFF


def is_damage(error: DBAPIError) -> bool:
    """Whether the same reading would fail again: something is gone, or is not what it was."""
    if error.connection_invalidated:
        return False
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate.startswith(_SQLSTATES)
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & _SQLITE_PRIMARY in _SQLITE_CODES


def reason_of(error: DBAPIError) -> str:
    """What the database said, without the statement."""
    return str(error.orig).strip().partition("\n")[0]


def text_of(value: object) -> str:
    """A text, of whatever type: SQLite keeps anything in any column."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


@asynccontextmanager
async def apart(session: Session) -> AsyncIterator[None]:
    """A part of a transaction after whose failure the transaction can go on."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        yield  # a failed reading ends nothing there
        return
    async with connection.begin_nested():
        yield
