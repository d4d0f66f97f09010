"""Checks consistency proofs as RFC 9162 specifies it (section 2.1.4.2).

The algorithm that makes the proofs is another, so that a mistake in one of the two shows in the
other. Inclusion proofs are checked by `audit.standalone.tree`.
"""

from collections.abc import Sequence

from audit.c2sp.tree import EMPTY_ROOT, HASH_SIZE, node_hash


def verify_consistency(
    from_size: int, to_size: int, path: Sequence[bytes], from_root: bytes, to_root: bytes
) -> bool:
    """Checks that `path` proves that the larger tree begins with all of the smaller one.

    Every tree continues the empty one, whose only root is SHA-256 of nothing.
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
    whole = from_size & (from_size - 1) == 0
    steps = [from_root, *path] if whole else list(path)
    if not path:
        return False
    place, last = from_size - 1, to_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            # The right edge has no sibling on some levels.
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == from_root and new == to_root


def _are_hashes(*hashes: bytes) -> bool:
    # A path of odd lengths could move bytes from one neighbor to the other unnoticed.
    return all(len(each) == HASH_SIZE for each in hashes)
