"""C2SP tiles (c2sp.org/tlog-tiles): the tree and its entries as files that never change.

A hash tile of level L is a row of 256 nodes from the tree's level 8L; an entry bundle is the 256
entries below a tile of level 0. At the right edge both are partial: 1 to 255 wide.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.c2sp.refusal import Refused, malformed
from audit.c2sp.tree import HASH_SIZE, Coordinate

WIDTH: Final = 256
HEIGHT: Final = 8
LARGEST_LEVEL: Final = 63
LARGEST_ENTRY: Final = 0xFFFF
_LARGEST_INDEX: Final = 2**55 - 1  # 2^63 leaves, 256 to a tile
_PATH: Final = re.compile(
    r"tile/(?P<row>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class HashTile:
    """Nodes `index * 256` and the `width - 1` after it, of the tree's level `8 * level`."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the trail's prefix."""
        return f"tile/{self.level}/{_encode_place(self.index, self.width)}"

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """The stored nodes that it is made of, in order."""
        first = self.index * WIDTH
        return tuple(
            Coordinate(self.level * HEIGHT, each) for each in range(first, first + self.width)
        )

    def is_within(self, size: int) -> bool:
        """Tell whether a tree of `size` leaves has all of these nodes."""
        return self.index * WIDTH + self.width <= size >> self.level * HEIGHT


@dataclass(frozen=True, slots=True)
class EntryBundle:
    """Entries `index * 256` and the `width - 1` after it."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the trail's prefix."""
        return f"tile/entries/{_encode_place(self.index, self.width)}"

    @property
    def entries(self) -> range:
        """The sequence numbers of its entries."""
        first = self.index * WIDTH
        return range(first, first + self.width)

    def is_within(self, size: int) -> bool:
        """Tell whether a trail of `size` entries has all of these."""
        return self.entries.stop <= size


def parse_path(path: str) -> HashTile | EntryBundle | Refused:
    """Read `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, in its one proper spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        return malformed("a tile's path is tile/<level or entries>/<index>[.p/<width>]")
    index = int(re.sub("[x/]", "", found["index"]))
    width = int(found["width"] or WIDTH)
    row = found["row"]
    tile = EntryBundle(index, width) if row == "entries" else HashTile(int(row), index, width)
    # Spelled again, so that leading zeroes and a "partial" tile of full width are not let through.
    if tile.path != path or width > WIDTH or index > _LARGEST_INDEX:
        return malformed("a tile's index has no empty groups, and a partial tile is 1 to 255 wide")
    if isinstance(tile, HashTile) and tile.level > LARGEST_LEVEL:
        return malformed(f"a tile's level is at most {LARGEST_LEVEL}")
    return tile


def hash_tiles(size: int) -> Iterator[HashTile]:
    """Name all tiles of a tree, level by level: the full ones, then the partial one if any."""
    level = 0
    while nodes := size >> level * HEIGHT:
        yield from (HashTile(level, index, width) for index, width in _cut(nodes))
        level += 1


def encode_hash_tile(tile: HashTile, hashes: Sequence[bytes]) -> bytes | None:
    """Write a hash tile: its hashes, one after the other.

    None where these are not as many hashes of 32 bytes as it is wide: the stored tree is damaged.
    """
    if len(hashes) != tile.width or any(_is_no_hash(each) for each in hashes):
        return None
    return b"".join(hashes)


def _is_no_hash(value: object) -> bool:
    # Of whatever type: SQLite keeps anything in any column.
    return not isinstance(value, bytes) or len(value) != HASH_SIZE


def encode_entry_bundle(bundle: EntryBundle, entries: Sequence[bytes]) -> bytes | None:
    """Write an entry bundle: each entry behind its length, a big-endian uint16.

    None where these are not as many as it is wide, or one is too long: the events are damaged.
    """
    if len(entries) != bundle.width or any(len(each) > LARGEST_ENTRY for each in entries):
        return None
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def _cut(nodes: int) -> Iterator[tuple[int, int]]:
    full, rest = divmod(nodes, WIDTH)
    yield from ((index, WIDTH) for index in range(full))
    if rest:
        yield full, rest


def _encode_place(index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return place if width == WIDTH else f"{place}.p/{width}"
