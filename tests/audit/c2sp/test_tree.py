"""The Merkle tree: published roots and proofs, and properties over all small sizes."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.c2sp import tree
from audit.c2sp.consistency import verify_consistency
from audit.standalone.formats.tree import verify_inclusion

# RFC 6962 reference inputs and roots, as in transparency-dev/merkle's testdata.
LEAF_INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LARGEST = 300


class Grown(NamedTuple):
    """A tree at every size from 0 on: its nodes, roots and leaf hashes."""

    nodes: dict[tree.Coordinate, bytes]
    roots: list[bytes]
    leaves: list[bytes]


def grow(bodies: Sequence[bytes]) -> Grown:
    """Appends bodies one by one, and keeps what a database would keep."""
    frontier: tree.Frontier = ()
    grown = Grown({}, [tree.root_hash(frontier)], [])
    for size, body in enumerate(bodies):
        leaf = tree.leaf_hash(body)
        growth = tree.append(frontier, size, leaf)
        frontier = growth.frontier
        for level, idx, value in growth.nodes:
            grown.nodes[tree.Coordinate(level, idx)] = value
        grown.roots.append(tree.root_hash(frontier))
        grown.leaves.append(leaf)
    return grown


PUBLISHED = grow(LEAF_INPUTS)
GROWN = grow([b"event %d" % number for number in range(LARGEST)])


@cache
def reference_root(low: int, high: int) -> bytes:
    """Computes RFC 6962's MTH, word for word."""
    if high - low == 1:
        return GROWN.leaves[low]
    k = 1
    while k * 2 < high - low:
        k *= 2
    return tree.node_hash(reference_root(low, low + k), reference_root(low + k, high))


def reference_path(index: int, low: int, high: int) -> tuple[bytes, ...]:
    """Computes RFC 6962's PATH, word for word."""
    if high - low == 1:
        return ()
    k = 1
    while k * 2 < high - low:
        k *= 2
    if index < k:
        return (*reference_path(index, low, low + k), reference_root(low + k, high))
    return (*reference_path(index - k, low + k, high), reference_root(low, low + k))


def reference_proof(size: int, low: int, high: int, *, whole: bool) -> tuple[bytes, ...]:
    """Computes RFC 6962's SUBPROOF, word for word."""
    if size == high - low:
        return () if whole else (reference_root(low, high),)
    k = 1
    while k * 2 < high - low:
        k *= 2
    if size <= k:
        known = reference_proof(size, low, low + k, whole=whole)
        return (*known, reference_root(low + k, high))
    known = reference_proof(size - k, low + k, high, whole=False)
    return (*known, reference_root(low, low + k))


def with_flipped_bit(path: Sequence[bytes], element: int, bit: int) -> list[bytes]:
    """Copies hashes, and changes one bit in one of them."""
    changed = list(path)
    number = int.from_bytes(changed[element], "big") ^ (1 << bit)
    changed[element] = number.to_bytes(tree.HASH_SIZE, "big")
    return changed


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size: int) -> None:
    """Every size of the reference tree has its published root."""
    root = PUBLISHED.roots[size].hex()

    assert ROOTS[size] == root


# transparency-dev/merkle, proof/verify_test.go (which counts leaves from 1).
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        pytest.param(0, 1, [], id="alone"),
        pytest.param(0, 8, [A, B, C], id="first of 8"),
        pytest.param(5, 8, [D, E, ROOTS[4]], id="sixth of 8"),
        pytest.param(2, 3, [ROOTS[2]], id="last of 3"),
        pytest.param(1, 5, [ROOTS[1], B, D], id="second of 5"),
    ],
)
def test_published_inclusion_paths(index: int, size: int, expected: list[str]) -> None:
    """Leaves of the reference tree have their published audit paths."""
    path = tree.inclusion_path(index, size, PUBLISHED.nodes)

    assert expected == [each.hex() for each in path]
    assert verify_inclusion(PUBLISHED.leaves[index], index, size, path, PUBLISHED.roots[size])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(1, 1, [], id="1 to 1"),
        pytest.param(1, 8, [A, B, C], id="1 to 8"),
        pytest.param(6, 8, [F, E, ROOTS[4]], id="6 to 8"),
        pytest.param(2, 5, [B, D], id="2 to 5"),
        pytest.param(6, 7, [F, G, ROOTS[4]], id="6 to 7"),
    ],
)
def test_published_consistency_paths(old: int, new: int, expected: list[str]) -> None:
    """Sizes of the reference tree have their published consistency proofs."""
    path = tree.consistency_path(old, new, PUBLISHED.nodes)

    assert expected == [each.hex() for each in path]
    assert verify_consistency(old, new, path, PUBLISHED.roots[old], PUBLISHED.roots[new])


def test_proofs_are_those_of_the_definition() -> None:
    """Up to 64 leaves, roots and proofs are exactly those of RFC 6962's recursive definitions."""
    for size in range(1, 65):
        expected = [reference_path(index, 0, size) for index in range(size)]
        actual = [tree.inclusion_path(index, size, GROWN.nodes) for index in range(size)]

        assert reference_root(0, size) == GROWN.roots[size]
        assert expected == actual

        proofs = [reference_proof(old, 0, size, whole=True) for old in range(1, size + 1)]
        paths = [tree.consistency_path(old, size, GROWN.nodes) for old in range(1, size + 1)]

        assert proofs == paths


def test_every_inclusion_proof_up_to_300() -> None:
    """Every leaf of every tree is proven, and a changed bit anywhere in the path is noticed."""
    for size in range(1, LARGEST + 1):
        for index in range(size):
            path = tree.inclusion_path(index, size, GROWN.nodes)
            proof = (GROWN.leaves[index], index, size)

            assert verify_inclusion(*proof, path, GROWN.roots[size])
            if path:
                forged = with_flipped_bit(path, (index + size) % len(path), index * size % 256)

                assert not verify_inclusion(*proof, forged, GROWN.roots[size])


def test_every_consistency_proof_up_to_300() -> None:
    """Every pair of sizes is proven consistent, and a changed bit in the path is noticed."""
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            path = tree.consistency_path(old, new, GROWN.nodes)
            roots = (GROWN.roots[old], GROWN.roots[new])

            assert verify_consistency(old, new, path, *roots)
            if path:
                forged = with_flipped_bit(path, (old + new) % len(path), old * new % 256)

                assert not verify_consistency(old, new, forged, *roots)


sizes = st.integers(1, LARGEST)
bits = st.integers(0, 255)


@settings(deadline=None)
@given(size=sizes, data=st.data(), bit=bits)
def test_no_part_of_an_inclusion_proof_can_be_changed(
    size: int, data: st.DataObject, bit: int
) -> None:
    """A proof fails if a bit, the index or its length is changed."""
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion_path(index, size, GROWN.nodes)
    parts = [GROWN.leaves[index], GROWN.roots[size], *path]
    leaf, root, *steps = with_flipped_bit(parts, data.draw(st.integers(0, len(parts) - 1)), bit)
    other = data.draw(st.integers(-1, size).filter(lambda place: place != index))

    assert not verify_inclusion(leaf, index, size, steps, root)
    assert not verify_inclusion(parts[0], other, size, path, parts[1])
    assert not verify_inclusion(parts[0], index, size, [*path, root], parts[1])
    assert not path or not verify_inclusion(parts[0], index, size, path[:-1], parts[1])


@settings(deadline=None)
@given(new=sizes, data=st.data(), bit=bits)
def test_no_part_of_a_consistency_proof_can_be_changed(
    new: int, data: st.DataObject, bit: int
) -> None:
    """A proof fails if a bit of either root or of the path, or its length, is changed."""
    old = data.draw(st.integers(0, new))
    path = tree.consistency_path(old, new, GROWN.nodes)
    parts = [GROWN.roots[old], GROWN.roots[new], *path]
    # A proof from the empty tree proves nothing about the new root: nothing could contradict it.
    places = [0] if old == 0 else list(range(len(parts)))
    from_root, to_root, *steps = with_flipped_bit(parts, data.draw(st.sampled_from(places)), bit)

    assert not verify_consistency(old, new, steps, from_root, to_root)
    assert not verify_consistency(old, new, [*path, to_root], parts[0], parts[1])
    assert not path or not verify_consistency(old, new, path[:-1], parts[0], parts[1])
    assert not verify_consistency(new + 1, new, path, parts[0], parts[1])


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_paths_read_only_the_listed_nodes(size: int, data: st.DataObject) -> None:
    """The listed nodes are enough, and their number grows with the logarithm of the size."""
    index = data.draw(st.integers(0, size - 1))
    inclusion = {each: GROWN.nodes[each] for each in tree.inclusion_coordinates(index, size)}
    consistency = {each: GROWN.nodes[each] for each in tree.consistency_coordinates(index, size)}
    frontier = {each: GROWN.nodes[each] for each in tree.frontier_coordinates(size)}
    most = 2 * size.bit_length()

    assert len(tree.inclusion_path(index, size, inclusion)) <= len(inclusion) <= most
    assert len(tree.consistency_path(index, size, consistency)) <= len(consistency) <= most
    assert GROWN.roots[size] == tree.root_hash(tree.frontier_at(size, frontier))


def test_hashes_of_other_lengths_are_refused() -> None:
    """Every part of a proof has 32 bytes, so bytes cannot move from one hash to the next."""
    leaf, root = GROWN.leaves[0], GROWN.roots[2]
    (sibling,) = tree.inclusion_path(0, 2, GROWN.nodes)

    assert not verify_inclusion(leaf + sibling[:1], 0, 2, [sibling[1:]], root)
    assert not verify_consistency(1, 2, [sibling[1:]], leaf + sibling[:1], root)


def test_paths_of_other_lengths_are_refused() -> None:
    """A consistency proof with too few or too many hashes is refused."""
    whole, ragged = GROWN.roots[4], GROWN.roots[3]
    path = tree.consistency_path(3, 4, GROWN.nodes)

    assert not verify_consistency(3, 4, [], ragged, whole)
    assert not verify_consistency(3, 4, path[:1], path[0], path[0])
    assert not verify_consistency(3, 4, [*path, whole], ragged, whole)
    assert not verify_consistency(2, 2, [whole], whole, whole)
    assert not verify_consistency(0, 0, [], whole, whole)


def test_a_node_is_made_once() -> None:
    """Appending returns each complete node exactly once, the leaf first."""
    made = tree.append(tree.frontier_at(3, GROWN.nodes), 3, GROWN.leaves[3]).nodes

    assert [(node.level, node.idx) for node in made] == [(0, 3), (1, 1), (2, 0)]
    assert len(GROWN.nodes) == sum(LARGEST >> level for level in range(LARGEST.bit_length()))


def test_impossible_arguments_raise() -> None:
    """A frontier of another size, a missing leaf and descending sizes raise an error."""
    with pytest.raises(ValueError, match="3 leaves does not have 0"):
        tree.append((), 3, GROWN.leaves[0])
    with pytest.raises(ValueError, match="no leaf 5"):
        tree.inclusion_coordinates(5, 5)
    with pytest.raises(ValueError, match="no consistency proof from size 2"):
        tree.consistency_coordinates(2, 1)
