"""Replaces files whole or not at all, so that the new content survives a power failure."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, text: str, mode: int) -> None:
    """Replaces a file's content, or creates the file. The caller must hold `locked`.

    A reader sees either all of the old content or all of the new. When this returns, the new
    content is on the disk, under the file's name.

    Args:
        path: the file.
        text: the new content, written as UTF-8.
        mode: the file's permissions; the process's umask applies.

    Raises:
        OSError: the file could not be written and has its old content. If only the sync of its
            folder failed, it has the new content.
    """
    fresh = path.with_name(f"{path.name}.new")
    # A crash can leave a partly written file behind.
    fresh.unlink(missing_ok=True)
    try:
        _write(fresh, text, mode)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Waits for an exclusive lock, and holds it for the length of the block.

    Without it, two processes that read and replace a file at once would lose one of the changes.
    The lock file is not the file that is replaced: a replacement is a new file, without the lock.
    """
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Without this, a power failure could undo the rename.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
