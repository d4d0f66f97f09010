"""Proofs about single events and earlier states of the trail, from O(log n) stored nodes."""

from dataclasses import dataclass

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.trail.appending import read_nodes
from db.engine.database import Session
from db.queries import events
from db.queries import tree as stored


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its note, and the verifier key that is in use at its size."""

    checkpoint: Checkpoint
    note: str
    verifier_key: str


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proves that the leaf is in the checkpoint's tree at index `seq`.

    `leaf` is the hash of `body`, the event's body. `path` begins with the leaf's sibling.
    """

    seq: int
    body: str
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Proves that the larger tree begins with all of the smaller tree (RFC 6962, section 2.1.2)."""

    old: SignedCheckpoint
    new: SignedCheckpoint
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NoProof:
    """There is no such proof or checkpoint; the message says why."""

    message: str


async def read_checkpoint(session: Session, size: int | None) -> SignedCheckpoint | NoProof:
    """Returns the checkpoint of a size, or the newest for None."""
    newest = await stored.newest_checkpoint(session)
    if newest is None:
        return NoProof("There is no checkpoint: verify the trail.")
    note = newest.note if size is None else await stored.checkpoint_note(session, size)
    size = newest.size if size is None else size
    if note is None:
        return NoProof(
            f"No checkpoint was signed at size {size}; the newest size is {newest.size}."
        )
    checkpoint = stated_by(note)
    key = await _key_at(session, size)
    if not isinstance(checkpoint, Checkpoint) or key is None:
        return NoProof(f"The checkpoint of size {size} is damaged: verify the trail.")
    return SignedCheckpoint(checkpoint, note, key)


async def prove_inclusion(session: Session, seq: int, size: int | None) -> InclusionProof | NoProof:
    """Proves that an event is in the trail of a size."""
    signed = await read_checkpoint(session, size)
    if isinstance(signed, NoProof):
        return signed
    size = signed.checkpoint.size
    if not 0 <= seq < size:
        return NoProof(f"There is no event {seq} among the first {size} events.")
    coordinates = tree.inclusion_coordinates(seq, size)
    nodes = await read_nodes(session, (*coordinates, tree.Coordinate(0, seq)))
    bodies = await events.bodies(session, seq, 1)
    try:
        path = tree.inclusion_path(seq, size, nodes)
        return InclusionProof(seq, bodies[0], nodes[tree.Coordinate(0, seq)], path, signed)
    except LookupError:
        return NoProof(_DAMAGED)


async def prove_consistency(
    session: Session, old_size: int, new_size: int | None
) -> ConsistencyProof | NoProof:
    """Proves that the trail of one size continues the trail of a smaller size."""
    old = await read_checkpoint(session, old_size)
    if isinstance(old, NoProof):
        return old
    new = await read_checkpoint(session, new_size)
    if isinstance(new, NoProof):
        return new
    sizes = (old.checkpoint.size, new.checkpoint.size)
    if sizes[0] > sizes[1]:
        return NoProof(f"A trail of {sizes[1]} events cannot continue one of {sizes[0]}.")
    nodes = await read_nodes(session, tree.consistency_coordinates(*sizes))
    try:
        return ConsistencyProof(old, new, tree.consistency_path(*sizes, nodes))
    except KeyError:
        return NoProof(_DAMAGED)


_DAMAGED = "The stored tree lacks a node, or the trail lacks an event: verify the trail."


async def _key_at(session: Session, size: int) -> str | None:
    """Returns the verifier key in use at a size."""
    rows = [row for row in await stored.keys(session) if row.from_size <= size]
    return rows[-1].verifier_key if rows else None
