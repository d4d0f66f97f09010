"""What the signer remembers outside the database: the last checkpoint that it signed.

Written after the commit and before the answer: a crash can leave it behind the database, never
ahead of it. So a database that is behind it, or that does not continue it, is not the one that
was signed.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.c2sp.refusal import Refused, malformed
from db.durable_file import locked, replace_file

_MODE: Final = 0o666
"""Its checkpoint is no secret: whoever may look into the folder may read it."""


class SignerMemory:
    """The file of one machine. It holds the signed note, and so is a checkpoint kept outside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def note(self) -> str | None:
        """The file's text; None where there is none that could be read."""
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def read(self) -> Checkpoint | Refused | None:
        """The last checkpoint; None where nothing was signed from here yet."""
        try:
            note = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            return malformed(f"it cannot be read ({type(error).__name__})")
        return stated_by(note)

    def remember(self, checkpoint: Checkpoint, note: str) -> None:
        """Keeps a checkpoint, unless a larger one of this trail, or another trail's, is there.

        Several processes may share the file: whoever comes late does not turn it back.
        """
        with self._locked():
            known = self.read()
            if isinstance(known, Checkpoint) and (
                known.origin != checkpoint.origin or known.size >= checkpoint.size
            ):
                return
            self._write(note)

    def begin_anew(self, note: str) -> None:
        """Keeps a new trail's checkpoint in place of whatever is there."""
        with self._locked():
            self._write(note)

    def _write(self, note: str) -> None:
        replace_file(self.path, note, _MODE)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.path.with_name(f"{self.path.name}.lock"))
