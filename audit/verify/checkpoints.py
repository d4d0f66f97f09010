"""Verifying checkpoints against the tree that the events make, and every signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from audit.c2sp.checkpoint import (
    Checkpoint,
    OpenedCheckpoint,
    checkpoint_text,
    open_checkpoint,
    stated_by,
)
from audit.c2sp.note_keys import VerifierKey, parse_verifier_key
from audit.c2sp.refusal import RefusalCode, Refused
from audit.verify.findings import Findings


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A key, and the size of trail from which on it signs."""

    from_size: int
    key: VerifierKey


class KeyHistory:
    """The trail's keys, and those that an auditor knows it by.

    A key comes after another by that one's word: both sign the checkpoint at which it begins. So
    whoever trusts a key trusts those that follow it, and nobody without the key can add one.
    """

    def __init__(
        self, rows: Sequence[tuple[int, str]], given: Sequence[VerifierKey], findings: Findings
    ) -> None:
        self._findings = findings
        self._given = tuple(given)
        self._trusted = set(given)
        periods = []
        for from_size, text in rows:
            key = parse_verifier_key(text)
            if isinstance(key, Refused):
                findings.add("KEYS_DIFFER", None, f"the key from {from_size} on: {key.message}")
            else:
                periods.append(KeyPeriod(from_size, key))
        self.periods = tuple(sorted(periods, key=lambda period: period.from_size))
        self._keys = tuple(period.key for period in self.periods)

    @property
    def changed_at(self) -> tuple[int, ...]:
        """The sizes at which a key followed another."""
        return tuple(period.from_size for period in self.periods[1:])

    def take_changes(
        self,
        origin: str,
        notes: Mapping[int, str],
        roots: Mapping[int, bytes],
        told: Mapping[int, str | None],
    ) -> None:
        """Checks that each key but the first came by the word of the one before.

        Args:
            origin: the trail's.
            notes: the stored checkpoints at the sizes of `changed_at`.
            roots: the events' roots at these sizes, as far as there are so many events.
            told: the keys that the events before these sizes say follow there.
        """
        for before, period in pairwise(self.periods):
            size = period.from_size
            problem = self._problem_with_change(origin, before, period, notes.get(size))
            if told.get(size) != str(period.key):
                # The key before it signed the checkpoint of this size, whatever followed.
                problem = "the event before its first checkpoint does not tell of it"
            if problem is not None:
                message = f"of the key that follows at {size}: {problem}"
                self._findings.add("SIGNATURE_INVALID", None, message)
            elif before.key in self._trusted:
                self._trusted.add(period.key)
            stated = stated_by(notes.get(size, ""))
            if isinstance(stated, Checkpoint) and stated.root != roots.get(size):
                message = f"the first {size} events are not those of the change of keys there"
                self._findings.add("ROOT_MISMATCH", None, message)

    def _problem_with_change(
        self, origin: str, before: KeyPeriod, period: KeyPeriod, note: str | None
    ) -> str | None:
        if note is None:
            return "its first checkpoint is gone, which the key before it must have signed"
        opened = open_checkpoint(note, origin, (before.key, period.key))
        if isinstance(opened, Refused):
            return opened.message
        if opened.checkpoint.size != period.from_size:
            return f"its first checkpoint states {opened.checkpoint.size} events"
        for key in (before.key, period.key):
            if key not in opened.signed_by:
                return f"{key} did not sign its first checkpoint"
        return None

    def problem_with(self, note: str, origin: str, *, known_to_auditor: bool) -> Refused | None:
        """Why a note's signatures are not to be believed.

        Args:
            note: a signed checkpoint.
            origin: the trail's.
            known_to_auditor: whether one of the auditor's own keys must have signed it.
        """
        opened = open_checkpoint(note, origin, (*self._keys, *self._given))
        if isinstance(opened, Refused):
            return opened
        return self._problem_with_signers(opened, known_to_auditor=known_to_auditor)

    def key_before(self, note: str, origin: str) -> VerifierKey | None:
        """The key that signed a note where it was the trail's before those that are trusted.

        A change of keys is believed only forwards: nothing vouches for that key. But that it is
        not known accuses nobody, if it is where the list has it, and a trusted one came later.
        """
        opened = open_checkpoint(note, origin, (*self._keys, *self._given))
        if isinstance(opened, Refused) or not self._trusted.isdisjoint(opened.signed_by):
            return None
        size = opened.checkpoint.size
        later = {each.key for each in self.periods if each.from_size > size}
        current = [each.key for each in self.periods if each.from_size <= size][-1:]
        signed = [key for key in current if key in opened.signed_by]
        return signed[0] if signed and not self._trusted.isdisjoint(later) else None

    def _problem_with_signers(
        self, opened: OpenedCheckpoint, *, known_to_auditor: bool
    ) -> Refused | None:
        names = ", ".join(map(str, opened.signed_by))
        if known_to_auditor and self._given and self._trusted.isdisjoint(opened.signed_by):
            message = (
                f"it is signed by {names}, not by a key that you gave or one that followed it; "
                "perhaps the trail's key was changed: give the oldest key that you know, or all"
            )
            return Refused(RefusalCode.SIGNATURE_INVALID, message)
        size = opened.checkpoint.size
        current = [each.key for each in self.periods if each.from_size <= size][-1:]
        if current and current[0] not in opened.signed_by:
            message = f"it is signed by {names}, which was not the key in use at {size}"
            return Refused(RefusalCode.SIGNATURE_INVALID, message)
        return None


class CheckpointChecks:
    """Takes the stored checkpoints in the order of their sizes, with the roots of the events."""

    def __init__(
        self, findings: Findings, keys: KeyHistory, origin: str, *, newest_only: bool
    ) -> None:
        self._findings = findings
        self._keys = keys
        self._newest_only = newest_only
        self._origin = origin
        self._vouched = False
        self.unproven: list[str] = []
        """What could not be told of the checkpoints from elsewhere."""
        self.newest: int | None = None
        self.count = 0

    def take(self, size: int, note: str | bytes, root: bytes | None) -> None:
        """Checks a checkpoint. `root` is None where there are fewer events than its size."""
        if isinstance(note, bytes):
            message = f"of the checkpoint {size}: it is not kept as text"
            self._findings.add("CHECKPOINT_MALFORMED", None, message)
            note = note.decode("utf-8", "replace")
        # The first is of the trail that begins, which may be empty.
        expected = 1 if self.newest is None else self.newest + 1
        if size > expected and not self._newest_only:
            message = f"none is there for {expected} events"
            self._findings.add("CHECKPOINT_MISSING", None, message)
        self.newest = size
        self.count += 1
        problem = self._keys.problem_with(note, self._origin, known_to_auditor=False)
        if problem is not None:
            self._findings.add(_code(problem), None, f"of the checkpoint {size}: {problem.message}")
        self._check_root(size, note, root)

    def _check_root(self, size: int, note: str, root: bytes | None) -> None:
        if root is not None and note.startswith(checkpoint_text(self._origin, size, root) + "\n"):
            return  # as nearly all do
        stated = stated_by(note)
        if isinstance(stated, Refused):
            return
        if root is None or stated.size != size:
            message = f"a stored checkpoint states {stated.size} events"
            self._findings.add("SHORTER_THAN_CHECKPOINT", None, message)
        elif stated.root != root:
            message = f"the first {size} events are not those of the stored checkpoint"
            self._findings.add("ROOT_MISMATCH", None, message)

    def take_all(
        self, notes: Sequence[tuple[int, str | bytes]], roots: Mapping[int, bytes]
    ) -> None:
        """Checks several, each with the root at its size."""
        for size, note in notes:
            self.take(size, note, roots.get(size))

    def finish(self, events: int, root: bytes, note: str | None) -> None:
        """Checks that the newest checkpoint covers the whole trail, and who signed it."""
        if self.newest is None or self.newest < events:
            newest = "there is none" if self.newest is None else f"the newest is of {self.newest}"
            message = f"no checkpoint is of all {events} events: {newest}"
            self._findings.add("CHECKPOINT_MISSING", None, message)
        if note is not None:
            problem = self._keys.problem_with(note, self._origin, known_to_auditor=True)
            if problem is not None:
                message = f"of the newest checkpoint: {problem.message}"
                self._findings.add(_code(problem), None, message)
            states_these = note.startswith(checkpoint_text(self._origin, events, root) + "\n")
            self._vouched = problem is None and states_these

    def take_outside(
        self, note: str, whose: str, root: bytes | None, events: int, *, of_ended: bool
    ) -> None:
        """Checks a checkpoint from elsewhere.

        Args:
            note: the checkpoint.
            whose: how it is called.
            root: the events' root at its size.
            events: how many there are.
            of_ended: whether it is of a trail that has ended, and lies in the archive.
        """
        stated = stated_by(note)
        if isinstance(stated, Refused):
            self._findings.add("CHECKPOINT_MALFORMED", None, f"of {whose}: {stated.message}")
            return
        if stated.origin != self._origin:
            message = f"{whose} is of {stated.origin!r}, this trail is {self._origin!r}"
            if of_ended:
                log_id = stated.origin.rpartition("/")[2]
                message += f"; that has ended: check it by an export, with --archive {log_id}"
            self._findings.add("ORIGIN_MISMATCH", None, message)
            return
        problem = self._keys.problem_with(note, self._origin, known_to_auditor=True)
        before = self._keys.key_before(note, self._origin)
        if before is not None:
            self.unproven.append(
                f"whose key signed {whose} ({stated.size} events): {before}, which came before "
                "those that you gave. Give the oldest key that you know, or all of them"
            )
        elif problem is not None:
            self._findings.add(_code(problem), None, f"of {whose}: {problem.message}")
        if root is None:
            message = f"{whose} states {stated.size} events, but here are {events}"
            self._findings.add("SHORTER_THAN_CHECKPOINT", events, message)
        elif stated.root != root:
            message = f"the first {stated.size} events are not those of {whose}"
            if problem is None and self._vouched:
                message += "; both are validly signed, which proves that two trails were shown"
            self._findings.add("CHECKPOINT_MISMATCH", None, message)


def _code(problem: Refused) -> str:
    known = {RefusalCode.SIGNATURE_INVALID, RefusalCode.ORIGIN_MISMATCH}
    return problem.code.value if problem.code in known else "CHECKPOINT_MALFORMED"
