"""Verifying the whole database by replaying the trail.

- The verification: `trail`. The replay: `replay`, with one module for each projection: `settings`,
  `secrets`, `tokens`, `actors`, `email_tests`, `archive`.
- Digests by which one event vouches for many rows: `digests`.
"""

from audit.verify import Finding
from service.verify.trail import (
    NotACheckpoint,
    NotAKey,
    TrailVerification,
    VerificationRequest,
    read_kept_checkpoints,
    verify_export,
    verify_trail,
)

__all__ = [
    "Finding",
    "NotACheckpoint",
    "NotAKey",
    "TrailVerification",
    "VerificationRequest",
    "read_kept_checkpoints",
    "verify_export",
    "verify_trail",
]
