"""Checkpoints and proofs as clients read them. Hashes are hexadecimal."""

from datetime import datetime

import strawberry

from service.process import AnchorState
from service.trail import ConsistencyProof, InclusionProof, SignedCheckpoint, write_tlog_proof


@strawberry.type(
    description="A C2SP checkpoint: `note` is the signed text, verifiable with any signed-note "
    "tool and `verifierKey`. Keep one where nobody who runs this service can change it."
)
class AuditCheckpoint:
    """A checkpoint."""

    origin: str = strawberry.field(description="Which trail: no other one has this name.")
    size: int = strawberry.field(description="How many events it vouches for.")
    root_hash: str = strawberry.field(
        description="The root of the Merkle tree over them (RFC 6962), hexadecimal."
    )
    note: str = strawberry.field(description="The signed note (c2sp.org/tlog-checkpoint).")
    verifier_key: str = strawberry.field(
        description="The key that signs at this size: name, key id and public key."
    )

    @classmethod
    def of(cls, signed: SignedCheckpoint) -> "AuditCheckpoint":
        """From a checkpoint of the service."""
        return cls(
            origin=signed.checkpoint.origin,
            size=signed.checkpoint.size,
            root_hash=signed.checkpoint.root.hex(),
            note=signed.note,
            verifier_key=signed.verifier_key,
        )


@strawberry.type(description="That an event stands in the trail (RFC 6962, section 2.1.1).")
class AuditInclusionProof:
    """An inclusion proof."""

    sequence: int = strawberry.field(description="The event's place.")
    leaf_hash: str = strawberry.field(description="Its leaf hash, hexadecimal.")
    path: list[str] = strawberry.field(
        description="The audit path, from the leaf's sibling upwards, hexadecimal."
    )
    checkpoint: AuditCheckpoint = strawberry.field(description="Where the path leads.")
    tlog_proof: str = strawberry.field(
        description="All of it in one file, the event itself included (c2sp.org/tlog-proof). An "
        "export's `verify.py` checks it offline; so does `postledger audit verify`."
    )

    @classmethod
    def of(cls, proof: InclusionProof) -> "AuditInclusionProof":
        """From a proof of the service."""
        return cls(
            sequence=proof.seq,
            leaf_hash=proof.leaf.hex(),
            path=[each.hex() for each in proof.path],
            checkpoint=AuditCheckpoint.of(proof.checkpoint),
            tlog_proof=write_tlog_proof(proof),
        )


@strawberry.type(
    description="That the later trail begins with all of the earlier one (RFC 6962, section 2.1.2)."
)
class AuditConsistencyProof:
    """A consistency proof."""

    from_: AuditCheckpoint = strawberry.field(name="from", description="The earlier checkpoint.")
    to: AuditCheckpoint = strawberry.field(description="The later checkpoint.")
    path: list[str] = strawberry.field(
        description="The proof's hashes, hexadecimal; none between equal sizes."
    )

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "AuditConsistencyProof":
        """From a proof of the service."""
        return cls(
            from_=AuditCheckpoint.of(proof.old),
            to=AuditCheckpoint.of(proof.new),
            path=[each.hex() for each in proof.path],
        )


@strawberry.type(
    description="Where this service process carries checkpoints to, and how far it has come."
)
class AuditAnchor:
    """An anchor's state."""

    name: str = strawberry.field(description="The file, or the webhook's host.")
    size: int | None = strawberry.field(
        description="The size last delivered; null where none was since the service started."
    )
    delivered_at: datetime | None = strawberry.field(description="When that was.")
    problem: str | None = strawberry.field(
        description="What went wrong since; null where nothing did."
    )

    @classmethod
    def of(cls, state: AnchorState) -> "AuditAnchor":
        """From a state of the service."""
        return cls(
            name=state.name,
            size=state.size,
            delivered_at=state.delivered_at,
            problem=state.problem,
        )
