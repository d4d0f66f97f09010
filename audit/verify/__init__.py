"""Verifies a trail in its database, in one read transaction.

- The whole verification: `database`, which reads in `steps`.
- Events: `events`, with `canonical` for their bytes. The tree: `tree`. Checkpoints: `checkpoints`.
- The tables' schema, guards and indexes: `guards`.
- The codes of findings, and how damage becomes a finding: `findings`.

The offline verifier (`audit.standalone`) has the rules for events, keys and checkpoints.
"""

from audit.standalone.findings import Finding, Findings
from audit.verify.database import DatabaseVerification, KnownCheckpoint, VerificationOptions
from audit.verify.findings import MEANINGS, reading, reading_from

__all__ = [
    "MEANINGS",
    "DatabaseVerification",
    "Finding",
    "Findings",
    "KnownCheckpoint",
    "VerificationOptions",
    "reading",
    "reading_from",
]
