"""Proofs from the database pass the algorithms that an auditor would use."""

import pytest

from audit.c2sp.checkpoint import OpenedCheckpoint, open_checkpoint
from audit.c2sp.consistency import verify_consistency
from audit.c2sp.note_keys import parse_verifier_key
from audit.c2sp.tree import leaf_hash
from audit.standalone.formats.keys import VerifierKey
from audit.standalone.formats.tree import verify_inclusion
from audit.trail.proofs import ConsistencyProof, InclusionProof, NoProof, SignedCheckpoint
from service.process.runtime import Runtime
from service.trail.reading import (
    audit_checkpoint,
    audit_consistency_proof,
    audit_event,
    audit_inclusion_proof,
)
from tests.support.trail.events import write

pytestmark = pytest.mark.anyio
SIZE = 13


@pytest.fixture
async def filled(runtime: Runtime) -> Runtime:
    """Returns a service with a trail of thirteen events."""
    await write(runtime.database, SIZE)
    return runtime


async def test_every_event_is_proven_in_every_size(filled: Runtime) -> None:
    """The inclusion proof leads from the event's own bytes to the signed root hash."""
    for size in (1, 2, 7, 8, SIZE):
        for seq in range(size):
            recorded = await audit_event(filled, seq)
            proof = await audit_inclusion_proof(filled, seq, size)

            assert recorded is not None
            assert isinstance(proof, InclusionProof)
            assert proof.leaf == leaf_hash(recorded.body.encode())
            root = proof.checkpoint.checkpoint.root
            assert verify_inclusion(proof.leaf, seq, size, proof.path, root)


async def test_every_size_continues_the_smaller_ones(filled: Runtime) -> None:
    """The consistency proof leads from the smaller signed root hash to the larger."""
    for old in range(SIZE + 1):
        proof = await audit_consistency_proof(filled, old)

        assert isinstance(proof, ConsistencyProof)
        roots = (proof.old.checkpoint.root, proof.new.checkpoint.root)
        assert verify_consistency(old, SIZE, proof.path, *roots)


async def test_the_note_is_signed_by_the_key_that_is_named(filled: Runtime) -> None:
    """The verifier key that is returned with a note is enough to check it."""
    signed = await audit_checkpoint(filled)

    assert isinstance(signed, SignedCheckpoint)
    key = parse_verifier_key(signed.verifier_key)
    assert isinstance(key, VerifierKey)
    opened = open_checkpoint(signed.note, signed.checkpoint.origin, [key])
    assert isinstance(opened, OpenedCheckpoint)
    assert SIZE == opened.checkpoint.size


async def test_what_does_not_exist_is_not_proven(filled: Runtime) -> None:
    """There is no proof for missing sizes or events, or for a trail that would shrink."""
    found = [
        await audit_checkpoint(filled, SIZE + 1),
        await audit_inclusion_proof(filled, SIZE),
        await audit_inclusion_proof(filled, -1),
        await audit_inclusion_proof(filled, 5, 5),
        await audit_consistency_proof(filled, 6, 5),
        await audit_consistency_proof(filled, -1),
    ]

    assert [NoProof] * len(found) == [type(each) for each in found]
