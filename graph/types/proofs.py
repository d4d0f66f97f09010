"""Checkpoints and proofs as clients read them. Hashes are in hexadecimal."""

from datetime import datetime

import strawberry

from service.process import AnchorState
from service.trail import ConsistencyProof, InclusionProof, SignedCheckpoint, write_tlog_proof


@strawberry.type(
    description="A signed statement of what the audit trail contains at a given size (a C2SP "
    "checkpoint). Store checkpoints where the operators of this service cannot change them: they "
    "prove later that the trail was not rewritten."
)
class AuditCheckpoint:
    """A checkpoint."""

    origin: str = strawberry.field(description="The trail's unique name.")
    size: int = strawberry.field(description="The number of events that the checkpoint covers.")
    root_hash: str = strawberry.field(
        description="The root hash of the Merkle tree of the covered events (RFC 6962), in "
        "hexadecimal."
    )
    note: str = strawberry.field(
        description="The signed note (c2sp.org/tlog-checkpoint). Any signed-note tool can verify "
        "it with `verifierKey`."
    )
    verifier_key: str = strawberry.field(
        description="The public key that verifies the signature (c2sp.org/signed-note): its name, "
        "key ID and key, separated by `+`."
    )

    @classmethod
    def of(cls, signed: SignedCheckpoint) -> "AuditCheckpoint":
        """Builds it from the service's `SignedCheckpoint`."""
        return cls(
            origin=signed.checkpoint.origin,
            size=signed.checkpoint.size,
            root_hash=signed.checkpoint.root.hex(),
            note=signed.note,
            verifier_key=signed.verifier_key,
        )


@strawberry.type(
    description="The proof that an event is in the audit trail (RFC 6962, section 2.1.1)."
)
class AuditInclusionProof:
    """An inclusion proof."""

    sequence: int = strawberry.field(description="The event's position in the trail.")
    leaf_hash: str = strawberry.field(description="The event's leaf hash, in hexadecimal.")
    path: list[str] = strawberry.field(
        description="The hashes of the audit path in hexadecimal, from the leaf's sibling upwards."
    )
    checkpoint: AuditCheckpoint = strawberry.field(
        description="The checkpoint whose root hash the path leads to."
    )
    tlog_proof: str = strawberry.field(
        description="The event, its proof and the checkpoint in one file (c2sp.org/tlog-proof). "
        "An export's `verify.py` checks it offline, and so does `postledger audit verify`."
    )

    @classmethod
    def of(cls, proof: InclusionProof) -> "AuditInclusionProof":
        """Builds it from the service's `InclusionProof`."""
        return cls(
            sequence=proof.seq,
            leaf_hash=proof.leaf.hex(),
            path=[each.hex() for each in proof.path],
            checkpoint=AuditCheckpoint.of(proof.checkpoint),
            tlog_proof=write_tlog_proof(proof),
        )


@strawberry.type(
    description="The proof that the later trail begins with all events of the earlier one (RFC "
    "6962, section 2.1.2)."
)
class AuditConsistencyProof:
    """A consistency proof."""

    from_: AuditCheckpoint = strawberry.field(name="from", description="The earlier checkpoint.")
    to: AuditCheckpoint = strawberry.field(description="The later checkpoint.")
    path: list[str] = strawberry.field(
        description="The hashes of the proof in hexadecimal. Empty if both checkpoints have the "
        "same size."
    )

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "AuditConsistencyProof":
        """Builds it from the service's `ConsistencyProof`."""
        return cls(
            from_=AuditCheckpoint.of(proof.old),
            to=AuditCheckpoint.of(proof.new),
            path=[each.hex() for each in proof.path],
        )


@strawberry.type(
    description="A place outside the service to which this service process delivers checkpoints."
)
class AuditAnchor:
    """An anchor's state."""

    name: str = strawberry.field(
        description="The destination, such as `file /mnt/audit/checkpoints` or `webhook "
        "audit.example.com`."
    )
    size: int | None = strawberry.field(
        description="The size of the checkpoint that was last delivered. Null if nothing was "
        "delivered since the service started."
    )
    delivered_at: datetime | None = strawberry.field(
        description="The date and time of the last delivery. Null if nothing was delivered since "
        "the service started."
    )
    problem: str | None = strawberry.field(
        description="Why the newest checkpoint could not be delivered. Null if there is no problem."
    )

    @classmethod
    def of(cls, state: AnchorState) -> "AuditAnchor":
        """Builds it from the service's `AnchorState`."""
        return cls(
            name=state.name,
            size=state.size,
            delivered_at=state.delivered_at,
            problem=state.problem,
        )
