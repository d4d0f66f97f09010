"""Checks one event with its inclusion proof, in a file (c2sp.org/tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from audit.standalone.encoding import CannotCheckError, decode_base64, decode_decimal
from audit.standalone.findings import Findings
from audit.standalone.keys import VerifierKey
from audit.standalone.notes import CheckpointNote, parse_checkpoint
from audit.standalone.report import say, say_findings
from audit.standalone.tree import HASH_SIZE, leaf_hash, verify_inclusion
from audit.standalone.trust import TrustedKeys

PROOF_HEADER = b"c2sp.org/tlog-proof@v1\n"
_LONGEST_PATH = 63


class EventProof(NamedTuple):
    """An event, its place, the path from it to the root, and the checkpoint with that root."""

    body: bytes
    seq: int
    path: tuple[bytes, ...]
    checkpoint: CheckpointNote


def parse_proof(data: bytes) -> EventProof:
    """Reads a proof file, which proves nothing yet.

    Raises:
        CannotCheckError: it is not one; the message says why.
    """
    head, _, note = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")[1:]
    extra, index, path = lines[:1], lines[1:2], [decode_base64(line) for line in lines[2:]]
    body = decode_base64(extra[0][6:]) if extra and extra[0].startswith("extra ") else None
    seq = decode_decimal(index[0][6:]) if index and index[0].startswith("index ") else None
    hashes = tuple(each for each in path if each is not None and len(each) == HASH_SIZE)
    if not body or seq is None or len(path) > _LONGEST_PATH or len(hashes) < len(path):
        raise CannotCheckError("it is not a proof that holds its event, as this trail writes it")
    return EventProof(body, seq, hashes, parse_checkpoint(note))


def check_proof(
    data: bytes, outside: Sequence[CheckpointNote], given: Sequence[VerifierKey]
) -> int:
    """Checks one event's proof, and writes what of it is proven; returns the exit status."""
    proof, findings = parse_proof(data), Findings()
    if not given:
        raise CannotCheckError("a proof brings no key: give the trail's, with --key")
    stated, trust = proof.checkpoint, TrustedKeys((), given)
    problem = trust.problem_with(stated)
    if problem:
        findings.add("SIGNATURE_INVALID", None, f"of the proof's checkpoint: {problem}")
    leaf = leaf_hash(proof.body)
    if not verify_inclusion(leaf, proof.seq, stated.size, proof.path, stated.root):
        message = "the path does not lead from this event to what the checkpoint states"
        findings.add("LEAF_MISMATCH", proof.seq, message)
    for known in outside:
        _compare(stated, known, trust, findings)
    say_findings(findings)
    for known in outside:
        if known.size != stated.size:
            sizes = f"your checkpoint of {known.size} events; this proof is for {stated.size}"
            say(f"Not compared: {sizes}. Whether one continues the other, an export shows.")
    if findings:
        say("NOT PROVEN: see the findings above.")
        return 1
    say(f"PROVEN: event {proof.seq} of the first {stated.size} of {stated.origin!a} is")
    say(proof.body.decode("utf-8", "backslashreplace"))
    return 0


def _compare(
    stated: CheckpointNote, known: CheckpointNote, trust: TrustedKeys, findings: Findings
) -> None:
    """Compares the proof's checkpoint with one of the auditor's."""
    if known.origin != stated.origin:
        message = f"your checkpoint is of {known.origin!a}, this proof of {stated.origin!a}"
        findings.add("ORIGIN_MISMATCH", None, message)
        return
    problem = trust.problem_with(known)
    if problem:
        message = f"of your checkpoint of size {known.size}: {problem}"
        findings.add("SIGNATURE_INVALID", None, message)
    if known.size == stated.size and known.root != stated.root:
        message = "your checkpoint of that size states other events"
        findings.add("CHECKPOINT_MISMATCH", None, message)
