"""The trail itself: events, their bytes, and appending them with a signed checkpoint.

- An event's exact bytes: `body`. The words by which it is found: `words`. Its content:
  `audit.event`.
- Appending in the caller's transaction: `appending`.
- Opening a trail at start, which compares it with the signer's memory: `opening`, `memory`.
- Whether a new trail succeeds an ended trail: `succession`.
- Reading, newest first: `history`. Proofs: `proofs`; as a file: `tlog_proof`.
"""

from audit.trail.appending import Clock, SignerRefusedError, Tip, Trail, append
from audit.trail.body import Parsed, cut_mark, is_cut_from, read_body
from audit.trail.history import EventFilter, Recorded, read_bodies, read_event, read_events
from audit.trail.memory import SignerMemory
from audit.trail.opening import has_followed, open_fresh, open_trail
from audit.trail.proofs import (
    ConsistencyProof,
    InclusionProof,
    NoProof,
    SignedCheckpoint,
    prove_consistency,
    prove_inclusion,
    read_checkpoint,
)
from audit.trail.tlog_proof import FILE_EXTENSION, write_tlog_proof

__all__ = [
    "FILE_EXTENSION",
    "Clock",
    "ConsistencyProof",
    "EventFilter",
    "InclusionProof",
    "NoProof",
    "Parsed",
    "Recorded",
    "SignedCheckpoint",
    "SignerMemory",
    "SignerRefusedError",
    "Tip",
    "Trail",
    "append",
    "cut_mark",
    "has_followed",
    "is_cut_from",
    "open_fresh",
    "open_trail",
    "prove_consistency",
    "prove_inclusion",
    "read_bodies",
    "read_body",
    "read_checkpoint",
    "read_event",
    "read_events",
    "write_tlog_proof",
]
