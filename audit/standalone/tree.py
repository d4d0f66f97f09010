"""Computes the Merkle tree's roots from the events (RFC 6962), and checks inclusion proofs.

The service grows its tree and makes its proofs with code of its own (`audit/c2sp/tree.py`). That
there are two implementations is on purpose: each is an independent second opinion on the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Hashes an event's exact bytes: SHA-256(0x00 || body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hashes two subtrees into their parent: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows by one leaf at a time and keeps its right edge, and its roots at the wanted sizes."""

    def __init__(self, wanted: Iterable[int]) -> None:
        self.size = 0
        self._edge: list[bytes] = []
        self._wanted = frozenset(wanted)
        self.roots = {0: EMPTY_ROOT}

    def append(self, leaf: bytes) -> None:
        """Adds a leaf hash."""
        index = self.size
        while index & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            index >>= 1
        self._edge.append(leaf)
        self.size += 1
        if self.size in self._wanted:
            self.roots[self.size] = self._root()

    def _root(self) -> bytes:
        top = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            top = node_hash(left, top)
        return top


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Checks that `path` leads from the leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    # A path of odd lengths could move bytes from one neighbor to the other unnoticed.
    if not 0 <= index < size or any(len(each) != HASH_SIZE for each in (leaf, *path)):
        return False
    place, last, top = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = node_hash(sibling, top)
            # The right edge has no sibling on some levels.
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = node_hash(top, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and top == root
