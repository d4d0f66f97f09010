"""The signer's memory, outside the database: the last checkpoint that it signed.

It is written after the commit and before the answer, so a crash can leave it behind the database,
but never ahead of it. So a database that is behind the memory, or does not continue it, is not the
database that was signed.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.c2sp.refusal import Refused, malformed
from db.durable_file import locked, replace_file

_MODE: Final = 0o666
"""The checkpoint is no secret: every user who may access the folder may read it."""


class SignerMemory:
    """One machine's file. It contains a signed note: a checkpoint kept outside the database."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def note(self) -> str | None:
        """The file's text, or None if it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def read(self) -> Checkpoint | Refused | None:
        """Returns the last checkpoint, or None if nothing was signed on this machine yet."""
        try:
            note = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            return malformed(f"it cannot be read ({type(error).__name__})")
        return stated_by(note)

    def remember(self, checkpoint: Checkpoint, note: str) -> None:
        """Saves a checkpoint, unless the file has a newer one of this trail or another trail's.

        Several processes may share the file, so a late process must not undo a newer checkpoint.
        """
        with self._locked():
            known = self.read()
            if isinstance(known, Checkpoint) and (
                known.origin != checkpoint.origin or known.size >= checkpoint.size
            ):
                return
            self._write(note)

    def replace(self, note: str) -> None:
        """Saves a new trail's checkpoint in place of the current content."""
        with self._locked():
            self._write(note)

    def _write(self, note: str) -> None:
        replace_file(self.path, note, _MODE)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.path.with_name(f"{self.path.name}.lock"))
