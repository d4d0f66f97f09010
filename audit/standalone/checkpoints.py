"""Checks checkpoints against the events that were read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from audit.standalone.findings import Findings
from audit.standalone.keys import KeyPeriod
from audit.standalone.notes import CheckpointNote
from audit.standalone.trust import TrustedKeys


class GrownTree(Protocol):
    """The tree of the events that were read: its size, and its roots at the sizes asked for."""

    size: int
    roots: dict[int, bytes]


class CheckpointChecks:
    """Takes the checkpoints of a trail once its events were read."""

    def __init__(
        self, tree: GrownTree | None, trust: TrustedKeys, findings: Findings, origin: str | None
    ) -> None:
        """Prepares the checks.

        Args:
            tree: the tree of the events, with the roots at the sizes of the checkpoints; None if
                it is not known. Then only signatures are checked.
            trust: decides which keys are trusted.
            findings: where findings are added.
            origin: the trail's; None if it is not known.
        """
        self._tree = tree
        self._trust = trust
        self._findings = findings
        self._origin = origin
        self.unchecked: list[str] = []
        """What could not be checked about the checkpoints."""
        self._vouched = -1
        """The size up to which the trail's own checkpoint is valid and states these events."""

    def take_key_changes(
        self,
        periods: Sequence[KeyPeriod],
        firsts: Mapping[int, CheckpointNote],
        recorded: Collection[tuple[int, str]],
    ) -> None:
        """Checks that each key but the first followed on the word of the key before it.

        Args:
            periods: the list of keys.
            firsts: the checkpoints at which they begin, by size.
            recorded: which keys follow at which sizes, as the events record it.
        """
        for place in range(1, len(periods)):
            before, after = periods[place - 1], periods[place]
            size, first = after.from_size, firsts.get(after.from_size)
            is_recorded = (size, str(after.key)) in recorded
            problem = self._trust.take_change(before, after, first, recorded=is_recorded)
            if problem:
                message = f"of the key that follows at {size}: {problem}"
                self._findings.add("SIGNATURE_INVALID", None, message)
            elif first and self._tree and self._tree.roots.get(size) != first.root:
                message = f"the first {size} events are not those of the change of keys there"
                self._findings.add("ROOT_MISMATCH", None, message)

    def take_newest(self, newest: CheckpointNote, whose: str) -> None:
        """Checks who signed the trail's own newest checkpoint; others are compared with it."""
        problem = self._trust.problem_with(newest)
        if problem:
            self._findings.add("SIGNATURE_INVALID", None, f"of {whose}: {problem}")
        elif self._tree and self._tree.roots.get(newest.size) == newest.root:
            self._vouched = newest.size

    def take_outside(
        self, known: CheckpointNote, whose: str, *, if_foreign: str = "", if_shorter: str = ""
    ) -> None:
        """Checks a checkpoint that was kept elsewhere, after the trail's own.

        Args:
            known: the checkpoint.
            whose: what messages call it.
            if_foreign: a hint for the case that it is another trail's.
            if_shorter: a hint for the case that there are fewer events than it states.
        """
        if self._origin is not None and known.origin != self._origin:
            message = f"{whose} is of {known.origin!a}, this trail is {self._origin!a}{if_foreign}"
            self._findings.add("ORIGIN_MISMATCH", None, message)
            return
        problem = self._check_signatures(known, whose)
        root = self.root_of(known, whose, if_shorter)
        if root is not None and root != known.root:
            message = f"the first {known.size} events are not those of {whose}"
            if not problem and known.size <= self._vouched:
                message += "; both are validly signed, which proves that two trails were shown"
            self._findings.add("CHECKPOINT_MISMATCH", None, message)

    def root_of(self, checkpoint: CheckpointNote, whose: str, hint: str = "") -> bytes | None:
        """Returns the events' root at a checkpoint's size; None if it is not known.

        That there are fewer events is a finding.
        """
        if self._tree is None:
            return None
        size = self._tree.size
        if size >= checkpoint.size:
            return self._tree.roots[checkpoint.size]
        message = f"{whose} states {checkpoint.size} events, but here are {size}{hint}"
        self._findings.add("SHORTER_THAN_CHECKPOINT", size, message)
        return None

    def _check_signatures(self, known: CheckpointNote, whose: str) -> str | None:
        problem = self._trust.problem_with(known)
        before = self._trust.key_before(known)
        if before is not None:
            self.unchecked.append(
                f"whose key signed {whose} of {known.size} events: {before.label}, which came "
                "before those that you gave. Give the oldest key that you know, or all of them"
            )
        elif problem:
            message = f"of {whose} of size {known.size}: {problem}"
            self._findings.add("SIGNATURE_INVALID", None, message)
        return problem
