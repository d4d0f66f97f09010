"""The use-cases on the trail.

- Reading events, checkpoints and proofs: `reading`. Checking filters: `filter`.
- Events as they are appended: `feed`. The trail as files: `tiles`.
- Delivering checkpoints to places outside the service: `anchors`.
- Changing the signing key: `key_change`. Ending a trail and beginning a new one: `reopen`.
"""

from audit.event import AuditAction, AuditOutcome, Change
from audit.trail import (
    FILE_EXTENSION,
    ConsistencyProof,
    EventFilter,
    InclusionProof,
    NoProof,
    Recorded,
    SignedCheckpoint,
    write_tlog_proof,
)
from service.trail.anchors import following
from service.trail.feed import audit_events_appended
from service.trail.filter import UnfitFilter, fit_filter
from service.trail.key_change import NoNewKey, rotate_signing_key
from service.trail.reading import (
    audit_checkpoint,
    audit_consistency_proof,
    audit_event,
    audit_events,
    audit_inclusion_proof,
)
from service.trail.reopen import CannotReopenError, reopen_trail
from service.trail.tiles import LogFile, log_checkpoint, log_proof, log_tile

__all__ = [
    "FILE_EXTENSION",
    "AuditAction",
    "AuditOutcome",
    "CannotReopenError",
    "Change",
    "ConsistencyProof",
    "EventFilter",
    "InclusionProof",
    "LogFile",
    "NoNewKey",
    "NoProof",
    "Recorded",
    "SignedCheckpoint",
    "UnfitFilter",
    "audit_checkpoint",
    "audit_consistency_proof",
    "audit_event",
    "audit_events",
    "audit_events_appended",
    "audit_inclusion_proof",
    "fit_filter",
    "following",
    "log_checkpoint",
    "log_proof",
    "log_tile",
    "reopen_trail",
    "rotate_signing_key",
    "write_tlog_proof",
]
