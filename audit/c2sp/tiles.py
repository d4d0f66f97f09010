"""C2SP tiles (c2sp.org/tlog-tiles): the Merkle tree and its entries as immutable files.

A hash tile of level L is a row of 256 nodes from the tree's level 8L. An entry bundle is the 256
entries below a tile of level 0. At the right edge of the tree both are partial: 1 to 255 wide.
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
    """The `width` nodes from `index * 256` on, of the tree's level `8 * level`."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its path, below the trail's URL prefix."""
        return f"tile/{self.level}/{_encode_index(self.index, self.width)}"

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """The stored nodes that it consists of, in order."""
        first = self.index * WIDTH
        return tuple(
            Coordinate(self.level * HEIGHT, each) for each in range(first, first + self.width)
        )

    def is_within(self, size: int) -> bool:
        """Returns whether a tree of `size` leaves has all of these nodes."""
        return self.index * WIDTH + self.width <= size >> self.level * HEIGHT


@dataclass(frozen=True, slots=True)
class EntryBundle:
    """The `width` entries from `index * 256` on."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its path, below the trail's URL prefix."""
        return f"tile/entries/{_encode_index(self.index, self.width)}"

    @property
    def entries(self) -> range:
        """The sequence numbers of its entries."""
        first = self.index * WIDTH
        return range(first, first + self.width)

    def is_within(self, size: int) -> bool:
        """Returns whether a trail of `size` entries has all of these."""
        return self.entries.stop <= size


def parse_path(path: str) -> HashTile | EntryBundle | Refused:
    """Reads `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, in its one valid spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        return malformed("a tile's path is tile/<level or entries>/<index>[.p/<width>]")
    index = int(re.sub("[x/]", "", found["index"]))
    width = int(found["width"] or WIDTH)
    row = found["row"]
    tile = EntryBundle(index, width) if row == "entries" else HashTile(int(row), index, width)
    # Encoding it again refuses leading zeros and a "partial" tile of full width.
    if tile.path != path or width > WIDTH or index > _LARGEST_INDEX:
        return malformed(
            "a tile's index has no leading zero groups, and a partial tile is 1 to 255 wide"
        )
    if isinstance(tile, HashTile) and tile.level > LARGEST_LEVEL:
        return malformed(f"a tile's level is at most {LARGEST_LEVEL}")
    return tile


def hash_tiles(size: int) -> Iterator[HashTile]:
    """Yields the hash tiles of a tree, level by level: the full tiles, then any partial tile."""
    level = 0
    while nodes := size >> level * HEIGHT:
        yield from (HashTile(level, index, width) for index, width in _split(nodes))
        level += 1


def encode_hash_tile(tile: HashTile, hashes: Sequence[bytes]) -> bytes | None:
    """Returns a hash tile's bytes: its hashes, one after the other.

    Returns None if these are not `width` hashes of 32 bytes: then the stored tree is damaged.
    """
    if len(hashes) != tile.width or not all(_is_hash(each) for each in hashes):
        return None
    return b"".join(hashes)


def _is_hash(value: object) -> bool:
    # The type can be any: SQLite stores values of every type in every column.
    return isinstance(value, bytes) and len(value) == HASH_SIZE


def encode_entry_bundle(bundle: EntryBundle, entries: Sequence[bytes]) -> bytes | None:
    """Returns an entry bundle's bytes: each entry after its length, a big-endian uint16.

    Returns None if these are not `width` entries, or one is too long: then the events are damaged.
    """
    if len(entries) != bundle.width or any(len(each) > LARGEST_ENTRY for each in entries):
        return None
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def _split(nodes: int) -> Iterator[tuple[int, int]]:
    full, rest = divmod(nodes, WIDTH)
    yield from ((index, WIDTH) for index in range(full))
    if rest:
        yield full, rest


def _encode_index(index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return path if width == WIDTH else f"{path}.p/{width}"
