"""Checks checkpoints against the events that were read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from audit.standalone.findings import Findings
from audit.standalone.formats.keys import KeyPeriod
from audit.standalone.formats.notes import CheckpointNote
from audit.standalone.trust import TrustedKeys


class GrownTree(Protocol):
    """The tree of the events that were read: its size, and its root hashes at the wanted sizes."""

    size: int
    roots: dict[int, bytes]


class CheckpointChecks:
    """Checks the checkpoints of a trail after its events were read."""

    def __init__(
        self, tree: GrownTree | None, trust: TrustedKeys, findings: Findings, origin: str | None
    ) -> None:
        """Prepares the checks.

        Args:
            tree: the tree of the events, with the root hashes at the sizes of the checkpoints, or
                None if it is not known: then only signatures are checked.
            trust: decides which keys are trusted.
            findings: receives the findings.
            origin: the trail's origin, or None if it is not known.
        """
        self._tree = tree
        self._trust = trust
        self._findings = findings
        self._origin = origin
        self.unchecked: list[str] = []
        """What could not be checked about the checkpoints."""
        self._proven_size = -1
        """The size up to which the newest checkpoint, validly signed, covers these events."""

    def check_key_changes(
        self,
        periods: Sequence[KeyPeriod],
        firsts: Mapping[int, CheckpointNote],
        recorded: Collection[tuple[int, str]],
    ) -> None:
        """Checks that each key except the first was introduced by the previous key.

        Args:
            periods: the list of keys.
            firsts: the checkpoints at which the keys begin, by size.
            recorded: at which sizes which keys begin, as the events record it.
        """
        for place in range(1, len(periods)):
            before, after = periods[place - 1], periods[place]
            size, first = after.from_size, firsts.get(after.from_size)
            is_recorded = (size, str(after.key)) in recorded
            problem = self._trust.check_change(before, after, first, recorded=is_recorded)
            if problem:
                message = f"the key that begins at size {size}: {problem}"
                self._findings.add("SIGNATURE_INVALID", None, message)
            elif first and self._tree and self._tree.roots.get(size) != first.root:
                checkpoint = "the new key's first checkpoint"
                message = f"the first {size} events do not have the root hash in {checkpoint}"
                self._findings.add("ROOT_MISMATCH", None, message)

    def check_newest(self, newest: CheckpointNote, whose: str) -> None:
        """Checks the signatures of the trail's own newest checkpoint.

        Call it before `check_known`, which compares other checkpoints with this one.
        """
        problem = self._trust.problem_with(newest)
        if problem:
            self._findings.add("SIGNATURE_INVALID", None, f"{whose}: {problem}")
        elif self._tree and self._tree.roots.get(newest.size) == newest.root:
            self._proven_size = newest.size

    def check_known(
        self, known: CheckpointNote, whose: str, *, if_foreign: str = "", if_shorter: str = ""
    ) -> None:
        """Checks a checkpoint that was kept elsewhere.

        Args:
            known: the checkpoint.
            whose: what messages call it.
            if_foreign: a hint to add if it is another trail's.
            if_shorter: a hint to add if there are fewer events than it states.
        """
        if self._origin is not None and known.origin != self._origin:
            message = (
                f"{whose} is of the trail {known.origin!a}, not of {self._origin!a}{if_foreign}"
            )
            self._findings.add("ORIGIN_MISMATCH", None, message)
            return
        problem = self._check_signatures(known, whose)
        root = self.root_of(known, whose, if_shorter)
        if root is not None and root != known.root:
            message = f"the first {known.size} events do not have the root hash in {whose}"
            if not problem and known.size <= self._proven_size:
                message += _FORKED
            self._findings.add("CHECKPOINT_MISMATCH", None, message)

    def root_of(self, checkpoint: CheckpointNote, whose: str, hint: str = "") -> bytes | None:
        """Returns the events' root hash at a checkpoint's size, or None if it is not known.

        Adds a finding if there are fewer events than that.
        """
        if self._tree is None:
            return None
        size = self._tree.size
        if size >= checkpoint.size:
            return self._tree.roots[checkpoint.size]
        message = f"{whose} states {checkpoint.size} events, but there are only {size}{hint}"
        self._findings.add("SHORTER_THAN_CHECKPOINT", size, message)
        return None

    def _check_signatures(self, known: CheckpointNote, whose: str) -> str | None:
        problem = self._trust.problem_with(known)
        before = self._trust.key_before(known)
        if before is not None:
            self.unchecked.append(
                f"whose key signed {whose} of {known.size} events: {before.label} is older than "
                "the keys that you gave. Give the oldest key that you know, or all of them"
            )
        elif problem:
            message = f"{whose} of size {known.size}: {problem}"
            self._findings.add("SIGNATURE_INVALID", None, message)
        return problem


_FORKED = "; both checkpoints are validly signed, which proves that two histories were signed"
