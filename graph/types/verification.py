"""Verifications of the audit trail as clients read them."""

from datetime import datetime

import strawberry

from graph.types.proofs import AuditCheckpoint
from service.verify import Finding, TrailVerification


@strawberry.type(description="A problem that a verification found in the audit trail.")
class AuditFinding:
    """A finding."""

    code: str = strawberry.field(
        description="A stable code in UPPER_SNAKE_CASE, such as `LEAF_MISMATCH`, `SEQUENCE_GAP`, "
        "`ROOT_MISMATCH`, `SHORTER_THAN_CHECKPOINT`, `SIGNATURE_INVALID`, `GUARD_MISSING` or "
        "`SETTINGS_DIFFER`."
    )
    sequence: int | None = strawberry.field(
        description="The position of the first affected event. Null if the finding is not about a "
        "single event."
    )
    message: str = strawberry.field(description="What was found, in one sentence.")
    count: int = strawberry.field(
        description="How often this code was found. The other fields describe the first time."
    )

    @classmethod
    def of(cls, finding: Finding) -> "AuditFinding":
        """Builds it from the service's `Finding`."""
        return cls(
            code=finding.code, sequence=finding.seq, message=finding.message, count=finding.times
        )


@strawberry.type(
    description="The result of verifying the whole audit trail. Without a checkpoint that was "
    "stored elsewhere, a verification cannot detect a trail that was cut off, or rewritten with "
    "the signing key."
)
class AuditVerification:
    """A verification."""

    intact: bool = strawberry.field(description="Whether nothing was found.")
    events_checked: int = strawberry.field(description="The number of events that were checked.")
    checkpoint: AuditCheckpoint | None = strawberry.field(
        description="The newest checkpoint. Null if it is missing or damaged."
    )
    findings: list[AuditFinding] = strawberry.field(
        description="The first finding of each code, in the order in which they were found."
    )
    checked_at: datetime = strawberry.field(
        description="The date and time when the verification began."
    )
    duration_ms: int = strawberry.field(
        description="How long the verification took, in milliseconds."
    )

    @classmethod
    def of(cls, verification: TrailVerification) -> "AuditVerification":
        """Builds it from the service's `TrailVerification`."""
        signed = verification.checkpoint
        return cls(
            intact=verification.intact,
            events_checked=verification.events_checked,
            checkpoint=None if signed is None else AuditCheckpoint.of(signed),
            findings=[AuditFinding.of(each) for each in verification.findings],
            checked_at=verification.checked_at,
            duration_ms=verification.duration_ms,
        )
