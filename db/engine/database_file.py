"""A SQLite database's file, and whether it is still the file that was opened.

A process that has a file open keeps writing to it after the file was removed or replaced. All of
these writes are lost when the process ends, so every transaction and connection checks first.
"""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError

GONE: Final = "the database's file was removed or replaced while the service was running"


class DatabaseFile:
    """The file of an open database, identified by its device and inode."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None

    @classmethod
    def of(cls, url: URL) -> "DatabaseFile | None":
        """Returns the file at an address, or None for PostgreSQL and for a database in memory."""
        if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
            return None
        return cls(Path(str(url.database)))

    def watch(self, engine: Engine) -> None:
        """Remembers the file of an engine's first connection; later connections check it."""
        event.listen(engine, "do_connect", lambda *_: self.check())
        event.listen(engine, "connect", lambda *_: self._remember())

    def check(self) -> None:
        """Checks that the path still leads to the file that was opened.

        Raises:
            OperationalError: the file is missing, or is another file.
        """
        if self._opened is not None and self._found() != self._opened:
            raise OperationalError(None, None, sqlite3.OperationalError(GONE))

    def _remember(self) -> None:
        self._opened = self._opened or self._found()

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
