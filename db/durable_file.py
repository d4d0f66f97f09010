"""Files that are replaced whole or not at all, and whose replacement outlives a power cut."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, text: str, mode: int) -> None:
    """Replaces a file's content, or makes the file. Callers hold `locked`.

    Whoever reads it meanwhile finds all of the old content or all of the new. Once this returns,
    the new content is on the disk, under the file's name.

    Args:
        path: the file.
        text: the new content, written as UTF-8.
        mode: the file's permissions, less the process's umask.

    Raises:
        OSError: it could not be written. The old content stands, unless the folder alone could not
            be brought to the disk.
    """
    fresh = path.with_name(f"{path.name}.new")
    # A crash can have left a part of one.
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
    """Waits for a lock, and has it for the length of the block; another file than is replaced.

    Of two that read a file and replace it at once, one would undo what the other wrote.
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
    # Without it a power cut could take the new name back.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
