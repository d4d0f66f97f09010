"""Files are replaced whole or not at all."""

import os
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.durable_file import locked, replace_file


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Keeps every file from growing over `room` bytes in the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    """Returns the names in a folder."""
    return [each.name for each in folder.iterdir()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a folder of its own."""
    path = tmp_path / "keys"
    replace_file(path, "old", 0o600)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_replacement_has_the_requested_permissions(file: Path, mode: int) -> None:
    """A replaced file has the requested permissions, not those of the old file."""
    file.chmod(0o640)
    replace_file(file, "new", mode)

    assert ("new", mode) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_a_replacement_applies_the_umask(file: Path) -> None:
    """A replaced file has the permissions that the process's umask leaves, like any new file."""
    other = file.with_name("other")
    other.touch()
    replace_file(file, "new", 0o666)

    assert other.stat().st_mode == file.stat().st_mode


def test_a_private_file_is_private_while_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file has its permissions before its content is written."""
    modes = []
    monkeypatch.setattr("os.fsync", lambda of: modes.append(stat.filemode(os.fstat(of).st_mode)))
    replace_file(file, "new", 0o600)

    assert "-rw-------" == modes[0]


def test_a_full_disk_leaves_the_old_file_and_no_other(file: Path) -> None:
    """If the disk is full, the old content remains and no part of the new content does."""
    with full_disk(100), pytest.raises(OSError, match="too large"):
        replace_file(file, "new" * 100, 0o600)

    assert ["keys"] == names(file.parent)
    assert "old" == file.read_text()


def test_a_name_that_cannot_be_taken_leaves_no_other_file(tmp_path: Path) -> None:
    """If a folder has the file's name, the new content does not remain beside it."""
    (tmp_path / "keys" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "keys", "new", 0o600)

    assert ["keys"] == names(tmp_path)


def test_the_remains_of_a_crash_are_replaced(file: Path) -> None:
    """The partly written file of an earlier replacement is removed, with its permissions."""
    left = file.with_name("keys.new")
    left.write_text("par")
    left.chmod(0o644)
    replace_file(file, "new", 0o600)

    assert ["keys"] == names(file.parent)
    assert ("new", 0o600) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_the_content_reaches_the_disk_before_its_name_and_then_the_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power failure leaves the old content or the new, and does not undo a finished change."""
    synced = []

    def fsync(descriptor: int) -> None:
        reached = os.fstat(descriptor)
        name = "folder" if stat.S_ISDIR(reached.st_mode) else f"{reached.st_size} bytes"
        synced.append((name, file.read_text()))

    monkeypatch.setattr("os.fsync", fsync)
    replace_file(file, "newer", 0o600)

    assert [("5 bytes", "old"), ("folder", "newer")] == synced


def test_changes_under_a_lock_come_one_after_another(file: Path) -> None:
    """If several threads change the file at once, no change is lost."""

    def add(_: int) -> None:
        with locked(file.with_name("keys.lock")):
            replace_file(file, file.read_text() + ".", 0o600)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(40)))

    assert "old" + "." * 40 == file.read_text()
