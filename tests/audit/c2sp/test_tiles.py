"""Tiles: their paths, their bytes, and which tiles a tree has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.c2sp.refusal import Refused
from audit.c2sp.tiles import (
    EntryBundle,
    HashTile,
    encode_entry_bundle,
    encode_hash_tile,
    hash_tiles,
    parse_path,
)
from audit.c2sp.tree import Coordinate


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        pytest.param(HashTile(0, 0), "tile/0/000", id="first"),
        # c2sp.org/tlog-tiles: index 1234067
        pytest.param(HashTile(3, 1234067), "tile/3/x001/x234/067", id="published index"),
        pytest.param(HashTile(0, 999), "tile/0/999", id="three digits"),
        pytest.param(HashTile(0, 1000, 17), "tile/0/x001/000.p/17", id="four digits, partial"),
        pytest.param(HashTile(63, 0, 1), "tile/63/000.p/1", id="highest level"),
        pytest.param(EntryBundle(0, 255), "tile/entries/000.p/255", id="partial bundle"),
        pytest.param(EntryBundle(256), "tile/entries/256", id="bundle"),
    ],
)
def test_paths(tile: HashTile | EntryBundle, path: str) -> None:
    """A tile has one path, and reading the path returns the tile."""
    assert path == tile.path
    assert tile == parse_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/x234",
        "tile/0/001/234",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000\n",
        "tile/0/../000",
        "tile/0/\N{ARABIC-INDIC DIGIT ONE}00",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/x001/x000/x000/x000/x000/x000/000",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    """Nothing but the one spelling is read: no traversal, no second name, no index past 2^55."""
    assert isinstance(parse_path(path), Refused)


@settings(deadline=None)
@given(index=st.integers(0, 2**55 - 1), level=st.integers(0, 63), width=st.integers(1, 256))
def test_paths_come_back(index: int, level: int, width: int) -> None:
    """Every path that is written is read as what it was."""
    tile, bundle = HashTile(level, index, width), EntryBundle(index, width)

    assert tile == parse_path(tile.path)
    assert bundle == parse_path(bundle.path)


def test_tiles_of_the_published_size() -> None:
    """A tree of 70,000 leaves has the tiles that the specification lists."""
    tiles = list(hash_tiles(70_000))
    shapes = [(tile.level, tile.width) for tile in tiles]

    # c2sp.org/tlog-tiles, "Partial Tiles"
    assert shapes.count((0, 256)) == 273
    assert shapes[273:] == [(0, 112), (1, 256), (1, 17), (2, 1)]


def test_a_full_tile_has_a_node_above_it() -> None:
    """A tree of 256 leaves is a full tile and a partial tile above; an empty tree has no tiles."""
    assert [HashTile(0, 0), HashTile(1, 0, 1)] == list(hash_tiles(256))
    assert list(hash_tiles(0)) == []


@settings(deadline=None)
@given(size=st.integers(1, 200_000), level=st.integers(0, 3), index=st.integers(0, 800))
def test_a_tree_has_exactly_the_listed_tiles(size: int, level: int, index: int) -> None:
    """A tree has the tiles that are listed for its size, and none that reach beyond its edge."""
    assert all(tile.is_within(size) for tile in hash_tiles(size))
    full = HashTile(level, index) in list(hash_tiles(size))
    assert full == HashTile(level, index).is_within(size)


def test_coordinates_are_those_of_the_stored_nodes() -> None:
    """Level 1's second tile begins with the node over leaves 65,536 to 65,791."""
    tile = HashTile(1, 1, 2)

    assert (Coordinate(8, 256), Coordinate(8, 257)) == tile.coordinates
    assert tile.is_within(258 * 256)
    assert not tile.is_within(258 * 256 - 1)


def test_entries_of_a_bundle() -> None:
    """A partial bundle contains as many entries as its width."""
    bundle = EntryBundle(2, 3)

    assert range(512, 515) == bundle.entries
    assert bundle.is_within(515)
    assert not bundle.is_within(514)


def test_bytes() -> None:
    """Hashes follow each other; each entry follows its big-endian length."""
    hashes = [b"a" * 32, b"b" * 32]
    entries = [b"", b"ab", b"c" * 258]

    assert b"".join(hashes) == encode_hash_tile(HashTile(0, 0, 2), hashes)
    assert b"\0\0\0\2ab\1\2" + b"c" * 258 == encode_entry_bundle(EntryBundle(0, 3), entries)


def test_damaged_tiles_are_not_encoded() -> None:
    """Missing or malformed hashes and entries yield no tile."""
    tile, bundle = HashTile(0, 0, 1), EntryBundle(0, 1)

    assert [None, None] == [encode_hash_tile(tile, each) for each in ([], [b"a"])]
    assert [None, None] == [encode_entry_bundle(bundle, each) for each in ([], [b"a" * 65536])]
