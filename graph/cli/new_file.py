"""An output file of a command: either complete, or not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.operate import CannotStartError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a new file for writing, and removes it if the block fails.

    Raises:
        CannotStartError: the file exists already, or cannot be written.
    """
    try:
        with path.open("xb") as file, _removed_on_failure(path):
            yield file
            # A full disk may be reported only now, while the file can still be removed.
            file.flush()
    except OSError as error:
        raise CannotStartError(f"Cannot write {path}: {error.strerror or error}.") from None


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # Also when interrupted: a partial file must not be mistaken for a complete one.
        path.unlink(missing_ok=True)
        raise
