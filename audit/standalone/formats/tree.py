"""Computes the Merkle tree's root hashes from the events (RFC 6962), and checks inclusion proofs.

The service grows its tree and makes its proofs with its own code (`audit/c2sp/tree.py`). The
separate implementations are intentional: each is an independent check on the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Returns the leaf hash of an event's exact bytes: SHA-256(0x00 || body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns the hash of two subtrees' parent: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf. Keeps its right edge, and its root hashes at wanted sizes."""

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
    # With hashes of other lengths, bytes could move from one hash to its neighbor unnoticed.
    if not 0 <= index < size or any(len(each) != HASH_SIZE for each in (leaf, *path)):
        return False
    last, top = size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            top = node_hash(sibling, top)
            # The right edge has no sibling on some levels.
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            top = node_hash(top, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and top == root
