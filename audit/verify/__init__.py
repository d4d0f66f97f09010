"""Verifies a trail in its database, in one reading transaction.

- From end to end: `database`, which reads in `steps`.
- Events: `events`, with `canonical` for their bytes. The tree: `tree`. Checkpoints: `checkpoints`.
- The tables' schema, guards and indexes: `guards`.
- What may be found, by code, and how damage becomes a finding: `findings`.

The rules for events, keys and checkpoints are the offline verifier's, `audit.standalone`.
"""

from audit.standalone.findings import Finding, Findings
from audit.verify.database import Asked, DatabaseVerification, Outside
from audit.verify.findings import MEANINGS, reading, reading_from

__all__ = [
    "MEANINGS",
    "Asked",
    "DatabaseVerification",
    "Finding",
    "Findings",
    "Outside",
    "reading",
    "reading_from",
]
