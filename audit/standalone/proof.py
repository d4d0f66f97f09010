"""Checks a single event by its inclusion proof, in a file of its own (c2sp.org/tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from audit.standalone.findings import Findings
from audit.standalone.formats.encoding import CannotCheckError, decode_base64, decode_decimal
from audit.standalone.formats.keys import VerifierKey
from audit.standalone.formats.notes import CheckpointNote, parse_checkpoint
from audit.standalone.formats.tree import HASH_SIZE, leaf_hash, verify_inclusion
from audit.standalone.report import say, say_findings
from audit.standalone.trust import TrustedKeys

PROOF_HEADER = b"c2sp.org/tlog-proof@v1\n"
_LONGEST_PATH = 63


class EventProof(NamedTuple):
    """An event, its sequence number, its inclusion proof, and the checkpoint with the root hash."""

    body: bytes
    seq: int
    path: tuple[bytes, ...]
    checkpoint: CheckpointNote


def parse_proof(data: bytes) -> EventProof:
    """Reads a proof file without checking the proof.

    Raises:
        CannotCheckError: it is not a proof file; the message says why.
    """
    head, _, note = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")[1:]
    extra, index, path = lines[:1], lines[1:2], [decode_base64(line) for line in lines[2:]]
    body = decode_base64(extra[0][6:]) if extra and extra[0].startswith("extra ") else None
    seq = decode_decimal(index[0][6:]) if index and index[0].startswith("index ") else None
    hashes = tuple(each for each in path if each is not None and len(each) == HASH_SIZE)
    if not body or seq is None or len(path) > _LONGEST_PATH or len(hashes) < len(path):
        raise CannotCheckError("it is not a proof of this trail's kind, which contains the event")
    return EventProof(body, seq, hashes, parse_checkpoint(note))


def check_proof(data: bytes, known: Sequence[CheckpointNote], given: Sequence[VerifierKey]) -> int:
    """Checks a single event's proof, and prints the result; returns the exit status."""
    proof, findings = parse_proof(data), Findings()
    if not given:
        raise CannotCheckError("a proof contains no verifier key: give one with --key")
    stated, trust = proof.checkpoint, TrustedKeys((), given)
    problem = trust.problem_with(stated)
    if problem:
        findings.add("SIGNATURE_INVALID", None, f"the proof's checkpoint: {problem}")
    leaf = leaf_hash(proof.body)
    if not verify_inclusion(leaf, proof.seq, stated.size, proof.path, stated.root):
        message = "the inclusion proof does not lead from this event to the root hash"
        findings.add("LEAF_MISMATCH", proof.seq, message)
    for each in known:
        _compare(stated, each, trust, findings)
    say_findings(findings)
    for each in known:
        if each.size != stated.size:
            sizes = f"your checkpoint is of {each.size} events, this proof of {stated.size}"
            say(f"Not compared: {sizes}. An export shows whether they are consistent.")
    if findings:
        say("NOT PROVEN: see the findings above.")
        return 1
    say(f"PROVEN: this is event {proof.seq} of the first {stated.size} of {stated.origin!a}:")
    say(proof.body.decode("utf-8", "backslashreplace"))
    return 0


def _compare(
    stated: CheckpointNote, known: CheckpointNote, trust: TrustedKeys, findings: Findings
) -> None:
    """Compares the proof's checkpoint with a checkpoint of the auditor's."""
    if known.origin != stated.origin:
        message = f"your checkpoint is of the trail {known.origin!a}, not of {stated.origin!a}"
        findings.add("ORIGIN_MISMATCH", None, message)
        return
    problem = trust.problem_with(known)
    if problem:
        message = f"your checkpoint of size {known.size}: {problem}"
        findings.add("SIGNATURE_INVALID", None, message)
    if known.size == stated.size and known.root != stated.root:
        message = "your checkpoint of the same size has another root hash"
        findings.add("CHECKPOINT_MISMATCH", None, message)
