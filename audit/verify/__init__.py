"""Verifying a trail in its database, in one reading transaction.

- From end to end: `database`, which reads in `steps`.
- Events: `events`, with `canonical` for their bytes. The tree: `tree`. Checkpoints: `checkpoints`.
- The tables' schema, guards and indexes: `guards`.
- What is found, by code: `findings`.
"""

from audit.verify.database import Asked, DatabaseVerification, Outside
from audit.verify.findings import MEANINGS, Finding, Findings

__all__ = ["MEANINGS", "Asked", "DatabaseVerification", "Finding", "Findings", "Outside"]
