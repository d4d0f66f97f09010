"""A file that a command makes: whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.operate import CannotStartError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that was not there before; gone again where the block does not end well.

    Raises:
        CannotStartError: it is there already, or cannot be written.
    """
    try:
        with path.open("xb") as file, _gone_after_failure(path):
            yield file
            # Here, since a full disk may show only now.
            file.flush()
    except OSError as error:
        raise CannotStartError(f"Cannot write {path}: {error.strerror or error}.") from None


@contextmanager
def _gone_after_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # An interruption as well: nobody is to take a part for the whole.
        path.unlink(missing_ok=True)
        raise
