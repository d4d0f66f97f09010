"""The Merkle tree of RFC 6962, section 2.1, computed from its stored complete nodes.

Only the roots of complete subtrees are stored, each once and permanently: node (level, idx) covers
the leaves from `idx << level` up to, but not including, `(idx + 1) << level`. The incomplete right
edge of a tree of any size is computed from them when needed. All hashes are 32 bytes of SHA-256.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Frontier: TypeAlias = tuple[bytes, ...]
"""A tree's complete subtrees, largest (leftmost) first: one for each 1 bit of its size."""


class Coordinate(NamedTuple):
    """The position of a complete node; equal to the plain pair in a database row."""

    level: int
    idx: int


class TreeNode(NamedTuple):
    """A complete node, as it is stored."""

    level: int
    idx: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What one more leaf adds: the new frontier, and the nodes that it completes, leaf first."""

    frontier: Frontier
    nodes: tuple[TreeNode, ...]


def leaf_hash(body: bytes) -> bytes:
    """Returns the leaf hash of an entry: SHA-256(0x00 || body)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns the hash of two subtrees' parent: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def append(frontier: Frontier, size: int, leaf: bytes) -> Growth:
    """Appends a leaf hash to a tree of `size` leaves with this frontier.

    Raises:
        ValueError: a tree of that size has another frontier.
    """
    if len(frontier) != size.bit_count():
        raise ValueError(f"the frontier of {size} leaves does not have {len(frontier)} subtrees")
    roots = list(frontier)
    made = [TreeNode(0, size, leaf)]
    # As in binary counting: the new leaf completes a subtree for each trailing 1 bit of `size`.
    level, index, top = 0, size, leaf
    while index & 1:
        top = node_hash(roots.pop(), top)
        level, index = level + 1, index >> 1
        made.append(TreeNode(level, index, top))
    roots.append(top)
    return Growth(tuple(roots), tuple(made))


def root_hash(frontier: Frontier) -> bytes:
    """Returns the root hash of a tree; the empty tree's is SHA-256 of no bytes."""
    return _fold(frontier) if frontier else EMPTY_ROOT


def frontier_coordinates(size: int) -> tuple[Coordinate, ...]:
    """Lists the stored nodes that make up the frontier of a tree of `size` leaves."""
    return tuple(_cover(0, size))


def frontier_at(size: int, nodes: Mapping[Coordinate, bytes]) -> Frontier:
    """Returns the frontier of a tree of `size` leaves, from its stored nodes.

    Raises:
        KeyError: a node that `frontier_coordinates` lists is missing.
    """
    return tuple(nodes[each] for each in _cover(0, size))


def inclusion_coordinates(index: int, size: int) -> tuple[Coordinate, ...]:
    """Lists the stored nodes that `inclusion_path` needs: O(log size) of them, for one query.

    Raises:
        ValueError: a tree of that size has no such leaf.
    """
    return _coordinates(_inclusion_spans(index, size))


def inclusion_path(index: int, size: int, nodes: Mapping[Coordinate, bytes]) -> tuple[bytes, ...]:
    """Computes the audit path of a leaf (RFC 6962, 2.1.1), from its sibling up to the root's child.

    Raises:
        ValueError: a tree of that size has no such leaf.
        KeyError: a node that `inclusion_coordinates` lists is missing.
    """
    return _hashes(_inclusion_spans(index, size), nodes)


def consistency_coordinates(from_size: int, to_size: int) -> tuple[Coordinate, ...]:
    """Lists the stored nodes that `consistency_path` needs: O(log size) of them, for one query.

    Raises:
        ValueError: the sizes are not in ascending order.
    """
    return _coordinates(_consistency_spans(from_size, to_size))


def consistency_path(
    from_size: int, to_size: int, nodes: Mapping[Coordinate, bytes]
) -> tuple[bytes, ...]:
    """Computes the consistency proof between two sizes (RFC 6962, 2.1.2).

    It is empty if there is nothing to prove: from the empty tree, and between equal sizes.

    Raises:
        ValueError: the sizes are not in ascending order.
        KeyError: a node that `consistency_coordinates` lists is missing.
    """
    return _hashes(_consistency_spans(from_size, to_size), nodes)


def _inclusion_spans(index: int, size: int) -> list[tuple[int, int]]:
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    spans = []
    low, high = 0, size
    while high - low > 1:
        middle = _split(low, high)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def _consistency_spans(from_size: int, to_size: int) -> list[tuple[int, int]]:
    if not 0 <= from_size <= to_size:
        raise ValueError(f"there is no consistency proof from size {from_size} to size {to_size}")
    if from_size == 0:
        return []
    spans = []
    low, high = 0, to_size
    while from_size < high:
        middle = _split(low, high)
        if from_size <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    # If the old tree is itself a node of the new tree, the verifier already has its root hash.
    if low > 0:
        spans.append((low, high))
    return spans[::-1]


def _split(low: int, high: int) -> int:
    """Returns where to split, by RFC 6962's k: the largest power of two below the leaf count."""
    return low + (1 << (high - low - 1).bit_length() - 1)


def _cover(low: int, high: int) -> Iterator[Coordinate]:
    """Yields the complete subtrees of a span of leaves, largest first; `low` is aligned to all."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield Coordinate(level, low >> level)
        low += 1 << level


def _coordinates(spans: Sequence[tuple[int, int]]) -> tuple[Coordinate, ...]:
    return tuple(each for span in spans for each in _cover(*span))


def _hashes(
    spans: Sequence[tuple[int, int]], nodes: Mapping[Coordinate, bytes]
) -> tuple[bytes, ...]:
    return tuple(_fold([nodes[each] for each in _cover(*span)]) for span in spans)


def _fold(roots: Sequence[bytes]) -> bytes:
    top = roots[-1]
    for left in reversed(roots[:-1]):
        top = node_hash(left, top)
    return top
