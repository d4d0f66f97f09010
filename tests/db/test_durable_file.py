"""Files that are replaced whole or not at all."""

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
    """No file can grow over `room` bytes in the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return [each.name for each in folder.iterdir()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a folder of its own."""
    path = tmp_path / "keys"
    replace_file(path, "old", 0o600)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_replacement_has_the_permissions_that_were_asked_for(file: Path, mode: int) -> None:
    """It is a new file, whatever the permissions of the old one are."""
    file.chmod(0o640)
    replace_file(file, "new", mode)

    assert ("new", mode) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_a_public_file_is_as_any_other(file: Path) -> None:
    """The process's umask counts."""
    other = file.with_name("other")
    other.touch()
    replace_file(file, "new", 0o666)

    assert other.stat().st_mode == file.stat().st_mode


def test_nobody_else_reads_a_private_file_while_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its permissions from the beginning."""
    modes = []
    monkeypatch.setattr("os.fsync", lambda of: modes.append(stat.filemode(os.fstat(of).st_mode)))
    replace_file(file, "new", 0o600)

    assert "-rw-------" == modes[0]


def test_a_full_disk_leaves_the_old_file_and_no_other(file: Path) -> None:
    """A part of the new content is nowhere to be found."""
    with full_disk(100), pytest.raises(OSError, match="too large"):
        replace_file(file, "new" * 100, 0o600)

    assert ["keys"] == names(file.parent)
    assert "old" == file.read_text()


def test_a_name_that_cannot_be_taken_leaves_no_other_file(tmp_path: Path) -> None:
    """Where a folder has the file's name, the new content does not stay beside it."""
    (tmp_path / "keys" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "keys", "new", 0o600)

    assert ["keys"] == names(tmp_path)


def test_what_a_crash_left_is_no_hindrance(file: Path) -> None:
    """A part of an earlier replacement, readable by all, goes."""
    left = file.with_name("keys.new")
    left.write_text("par")
    left.chmod(0o644)
    replace_file(file, "new", 0o600)

    assert ["keys"] == names(file.parent)
    assert ("new", 0o600) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_the_content_reaches_the_disk_before_its_name_and_then_the_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a power cut leaves the old content or the new, and takes nothing back afterwards."""
    synced = []

    def fsync(descriptor: int) -> None:
        reached = os.fstat(descriptor)
        name = "folder" if stat.S_ISDIR(reached.st_mode) else f"{reached.st_size} bytes"
        synced.append((name, file.read_text()))

    monkeypatch.setattr("os.fsync", fsync)
    replace_file(file, "newer", 0o600)

    assert [("5 bytes", "old"), ("folder", "newer")] == synced


def test_changes_under_a_lock_come_one_after_another(file: Path) -> None:
    """However many read the file and replace it at once, each one's part is in it."""

    def add(_: int) -> None:
        with locked(file.with_name("keys.lock")):
            replace_file(file, file.read_text() + ".", 0o600)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(40)))

    assert "old" + "." * 40 == file.read_text()
