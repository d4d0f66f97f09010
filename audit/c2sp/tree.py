"""The Merkle tree of RFC 6962, section 2.1, over stored complete nodes.

Only roots of complete subtrees are stored, each once and for ever: node (level, idx) covers the
leaves from `idx << level` up to, not including, `(idx + 1) << level`. The ragged right edge of
any size is folded together from them when it is asked for. All hashes are 32 bytes of SHA-256.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Frontier: TypeAlias = tuple[bytes, ...]
"""The complete subtrees that a size is made of, largest (leftmost) first: one for each set bit."""


class Coordinate(NamedTuple):
    """The place of a complete node; equal to the plain pair that a database row gives."""

    level: int
    idx: int


class TreeNode(NamedTuple):
    """A complete node, as it is stored."""

    level: int
    idx: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What one more leaf does: the new right edge, and the nodes it completed, leaf first."""

    frontier: Frontier
    nodes: tuple[TreeNode, ...]


def leaf_hash(body: bytes) -> bytes:
    """Hash an entry: SHA-256(0x00 || body)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def append(frontier: Frontier, size: int, leaf: bytes) -> Growth:
    """Add a leaf hash to a tree of `size` leaves with that frontier.

    Raises:
        ValueError: the frontier is not one of a tree of that size.
    """
    if len(frontier) != size.bit_count():
        raise ValueError(f"a tree of {size} leaves has not {len(frontier)} complete subtrees")
    roots = list(frontier)
    made = [TreeNode(0, size, leaf)]
    # As in binary counting: each trailing one of `size` is a subtree that the new leaf completes.
    level, index, top = 0, size, leaf
    while index & 1:
        top = node_hash(roots.pop(), top)
        level, index = level + 1, index >> 1
        made.append(TreeNode(level, index, top))
    roots.append(top)
    return Growth(tuple(roots), tuple(made))


def root_hash(frontier: Frontier) -> bytes:
    """Fold a frontier into the tree's root; the empty tree's is SHA-256 of nothing."""
    return _fold(frontier) if frontier else EMPTY_ROOT


def frontier_coordinates(size: int) -> tuple[Coordinate, ...]:
    """Name the stored nodes from which the frontier, and so the root, of any past size follows."""
    return tuple(_cover(0, size))


def frontier_at(size: int, nodes: Mapping[Coordinate, bytes]) -> Frontier:
    """Put the frontier of `size` together from stored nodes; KeyError when one is missing."""
    return tuple(nodes[place] for place in _cover(0, size))


def inclusion_coordinates(index: int, size: int) -> tuple[Coordinate, ...]:
    """Name the stored nodes that `inclusion_path` reads: O(log size) of them, for one query.

    Raises:
        ValueError: there is no such leaf in a tree of that size.
    """
    return _places(_inclusion_spans(index, size))


def inclusion_path(index: int, size: int, nodes: Mapping[Coordinate, bytes]) -> tuple[bytes, ...]:
    """Compute the audit path of a leaf (RFC 6962, 2.1.1), from its sibling up to the root's child.

    Raises:
        ValueError: there is no such leaf in a tree of that size.
        KeyError: a node that `inclusion_coordinates` names was not handed in.
    """
    return _hashes(_inclusion_spans(index, size), nodes)


def consistency_coordinates(from_size: int, to_size: int) -> tuple[Coordinate, ...]:
    """Name the stored nodes that `consistency_path` reads: O(log size) of them, for one query.

    Raises:
        ValueError: the sizes are not in order.
    """
    return _places(_consistency_spans(from_size, to_size))


def consistency_path(
    from_size: int, to_size: int, nodes: Mapping[Coordinate, bytes]
) -> tuple[bytes, ...]:
    """Compute the consistency proof between two sizes (RFC 6962, 2.1.2).

    It is empty where nothing is to be shown: from the empty tree, and between equal sizes.

    Raises:
        ValueError: the sizes are not in order.
        KeyError: a node that `consistency_coordinates` names was not handed in.
    """
    return _hashes(_consistency_spans(from_size, to_size), nodes)


def _inclusion_spans(index: int, size: int) -> list[tuple[int, int]]:
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
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
        raise ValueError(f"there is no way from size {from_size} to size {to_size}")
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
    # Where the old tree is itself a node of the new one, the verifier has its root already.
    if low > 0:
        spans.append((low, high))
    return spans[::-1]


def _split(low: int, high: int) -> int:
    """Find RFC 6962's k: the largest power of two that is smaller than the number of leaves."""
    return low + (1 << (high - low - 1).bit_length() - 1)


def _cover(low: int, high: int) -> Iterator[Coordinate]:
    """Cut a span of the tree into complete subtrees, largest first; `low` is aligned to all."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield Coordinate(level, low >> level)
        low += 1 << level


def _places(spans: Sequence[tuple[int, int]]) -> tuple[Coordinate, ...]:
    return tuple(place for span in spans for place in _cover(*span))


def _hashes(
    spans: Sequence[tuple[int, int]], nodes: Mapping[Coordinate, bytes]
) -> tuple[bytes, ...]:
    return tuple(_fold([nodes[place] for place in _cover(*span)]) for span in spans)


def _fold(roots: Sequence[bytes]) -> bytes:
    top = roots[-1]
    for left in reversed(roots[:-1]):
        top = node_hash(left, top)
    return top
