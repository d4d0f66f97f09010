"""Reads the files of an export."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from audit.standalone.events import LARGEST_BODY
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.notes import LARGEST_FILE
from audit.standalone.formats.tree import HASH_SIZE

_FIRST_LINES = 100
_TILE_WIDTH = 256


def _as_extracted(name: str) -> str:
    """Returns the path to which a file of a zip is extracted: names that may collide have the same.

    Programs that extract leave out empty parts and dots. Windows accepts other separators and
    drops dots and spaces at the end of a part; like macOS, it ignores case.
    """
    parts = re.sub(r"\A[A-Za-z]:", "", name).replace("\\", "/").casefold().split("/")
    if ".." in (part.strip() for part in parts):
        raise CannotCheckError(f"the zip contains a path that leads outside its folder: {name!a}")
    return "/".join(kept for part in parts if (kept := part.rstrip(". ")))


class Bundle:
    """The files of an export: a zip, a folder, or only a file of events (`bare`)."""

    def __init__(self, path: Path) -> None:
        self._folder = path
        self._zip = None
        self.bare = False
        if path.is_file() and zipfile.is_zipfile(path):
            self._zip = zipfile.ZipFile(path)
            names = [_as_extracted(name) for name in self._zip.namelist()]
            if len(set(names)) < len(names):
                raise CannotCheckError("the zip contains two files for the same path")
        elif path.is_file():
            self.bare = True
            # A damaged line is a finding. If all of the first lines are, this is another file.
            if not any(map(_looks_like_an_event, islice(self.bodies(), _FIRST_LINES))):
                raise CannotCheckError(_NOT_AN_EXPORT)
        elif not path.is_dir():
            raise CannotCheckError(f"there is no bundle at {path}")

    def read(self, name: str) -> bytes | None:
        """Returns the bytes of a small file, or None if the bundle has no file of that name."""
        if self.bare:
            return None
        try:
            with self._open(name) as file:
                data = file.read(LARGEST_FILE + 1)
        except (KeyError, FileNotFoundError, NotADirectoryError):
            return None
        if len(data) > LARGEST_FILE:
            raise CannotCheckError(f"the bundle's {name} is larger than {LARGEST_FILE} bytes")
        return data

    def bodies(self) -> Iterator[bytes]:
        """Yields each event's bytes, in order. Truncates a body that is too long."""
        try:
            events = self._folder.open("rb") if self.bare else self._open("entries.jsonl")
        except (KeyError, FileNotFoundError):
            raise CannotCheckError("the bundle has no entries.jsonl") from None
        with events:
            while line := events.readline(LARGEST_BODY + 2):
                yield line[:-1] if line.endswith(b"\n") else line
                while len(line) > LARGEST_BODY + 1 and not line.endswith(b"\n"):
                    line = events.readline(LARGEST_BODY + 2)

    def _open(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(name)
        path = self._folder / name
        # Reading a device or a pipe might never end.
        if path.exists() and not path.is_file():
            raise CannotCheckError(f"the bundle's {name} is not a regular file")
        return path.open("rb")


_NOT_AN_EXPORT = (
    "this is not an export that can be verified: csv and ocsf exports do not contain the events' "
    "exact bytes, and an incomplete zip cannot be read"
)


def _looks_like_an_event(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"v", "log_id", "seq", "prev"} <= value.keys()


class Tiles:
    """The leaf hashes in a bundle's tiles (c2sp.org/tlog-tiles). Keeps one tile in memory."""

    def __init__(self, bundle: Bundle, size: int) -> None:
        self._bundle = bundle
        self._size = size
        self._index = -1
        self._tile = b""

    def leaf(self, seq: int) -> bytes:
        """Returns the leaf hash stated for an event, or `b""` if the bundle states none."""
        index, offset = divmod(seq, _TILE_WIDTH)
        if index != self._index:
            self._index, self._tile = index, self._read(index)
        return self._tile[HASH_SIZE * offset : HASH_SIZE * (offset + 1)]

    def _read(self, index: int) -> bytes:
        digits = str(index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "tile/0/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
        width = min(_TILE_WIDTH, self._size - _TILE_WIDTH * index)
        if width <= 0:
            return b""
        return self._bundle.read(path if width == _TILE_WIDTH else f"{path}.p/{width}") or b""
