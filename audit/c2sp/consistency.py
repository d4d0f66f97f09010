"""Checks consistency proofs with the algorithm of RFC 9162, section 2.1.4.2.

`audit.c2sp.tree` makes the proofs with a different algorithm, so that a mistake in either shows in
the other. `audit.standalone.formats.tree` checks inclusion proofs.
"""

from collections.abc import Sequence

from audit.c2sp.tree import EMPTY_ROOT, HASH_SIZE, node_hash


def verify_consistency(
    from_size: int, to_size: int, path: Sequence[bytes], from_root: bytes, to_root: bytes
) -> bool:
    """Checks that `path` proves that the larger tree begins with all of the smaller one.

    Every tree is consistent with the empty tree, whose root hash is SHA-256 of no bytes.
    """
    if not 0 <= from_size <= to_size or not _are_hashes(from_root, to_root, *path):
        return False
    if from_size == to_size:
        return not path and from_root == to_root and (to_size > 0 or to_root == EMPTY_ROOT)
    if from_size == 0:
        return not path and from_root == EMPTY_ROOT
    return _verify_growth(from_size, to_size, path, from_root, to_root)


def _verify_growth(
    from_size: int, to_size: int, path: Sequence[bytes], from_root: bytes, to_root: bytes
) -> bool:
    is_complete = from_size & (from_size - 1) == 0
    hashes = [from_root, *path] if is_complete else list(path)
    if not path:
        return False
    index, last = from_size - 1, to_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(each, old), node_hash(each, new)
            # The right edge has no sibling on some levels.
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, each)
        index, last = index >> 1, last >> 1
    return last == 0 and old == from_root and new == to_root


def _are_hashes(*hashes: bytes) -> bool:
    # With hashes of other lengths, bytes could move from one hash to its neighbor unnoticed.
    return all(len(each) == HASH_SIZE for each in hashes)
