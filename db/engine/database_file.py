"""A SQLite database's file: whether it is still the one that was opened.

A file that is removed or exchanged stays open for whoever has it open, and takes every write until
the process ends; then all of it is gone.
"""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError

GONE: Final = "the database's file was removed or exchanged under the running service"


class DatabaseFile:
    """The file of an open database, known by its device and inode."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None

    @classmethod
    def of(cls, url: URL) -> "DatabaseFile | None":
        """The file at an address; None where there is none: PostgreSQL, or in memory."""
        if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
            return None
        return cls(Path(str(url.database)))

    def watch(self, engine: Engine) -> None:
        """Remembers the file of an engine's first connection; no later one opens another."""
        event.listen(engine, "do_connect", lambda *_: self.check())
        event.listen(engine, "connect", lambda *_: self._remember())

    def check(self) -> None:
        """Sees that what lies there is what was opened.

        Raises:
            OperationalError: it is not.
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
