"""A verification of the trail as clients read it."""

from datetime import datetime

import strawberry

from graph.types.proofs import AuditCheckpoint
from service.verify import Finding, TrailVerification


@strawberry.type(description="Something that is wrong with the trail.")
class AuditFinding:
    """A finding."""

    code: str = strawberry.field(
        description="Stable: LEAF_MISMATCH, SEQUENCE_GAP, ROOT_MISMATCH, SHORTER_THAN_CHECKPOINT, "
        "SIGNATURE_INVALID, GUARD_MISSING, SETTINGS_DIFFER …"
    )
    sequence: int | None = strawberry.field(
        description="The first event that it is about; null where it is about the whole."
    )
    message: str = strawberry.field(description="What was seen, in one sentence.")
    count: int = strawberry.field(description="How many times it was met; the first is told of.")

    @classmethod
    def of(cls, finding: Finding) -> "AuditFinding":
        """From a finding of the service."""
        return cls(
            code=finding.code, sequence=finding.seq, message=finding.message, count=finding.times
        )


@strawberry.type(
    description="What a check of the whole trail found. Without a checkpoint that was kept "
    "elsewhere it cannot tell whether the trail was cut off, or rewritten with the key."
)
class AuditVerification:
    """A verification."""

    intact: bool = strawberry.field(description="Whether nothing was found.")
    events_checked: int = strawberry.field(description="How many events were there.")
    checkpoint: AuditCheckpoint | None = strawberry.field(
        description="The newest checkpoint; null where it is gone or damaged."
    )
    findings: list[AuditFinding] = strawberry.field(
        description="The first finding of each code, in the order in which they were met."
    )
    checked_at: datetime = strawberry.field(description="When the check began.")
    duration_ms: int = strawberry.field(description="How long it took.")

    @classmethod
    def of(cls, verification: TrailVerification) -> "AuditVerification":
        """From a verification of the service."""
        signed = verification.checkpoint
        return cls(
            intact=verification.intact,
            events_checked=verification.events_checked,
            checkpoint=None if signed is None else AuditCheckpoint.of(signed),
            findings=[AuditFinding.of(each) for each in verification.findings],
            checked_at=verification.checked_at,
            duration_ms=verification.duration_ms,
        )
