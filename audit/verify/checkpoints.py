"""Verifies the stored checkpoints: their signatures, and their root hashes against the events.

The offline verifier's rules decide which signatures are trusted and what a contradiction means. A
database has more than an export: a checkpoint of every size, and archives of ended trails.
"""

from collections.abc import Collection, Mapping, Sequence

from audit.c2sp.note_keys import parse_verifier_key
from audit.c2sp.refusal import Refused
from audit.standalone.checkpoints import CheckpointChecks
from audit.standalone.findings import Findings
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.keys import KeyPeriod
from audit.standalone.formats.notes import CheckpointNote, parse_checkpoint
from audit.standalone.trust import TrustedKeys
from audit.verify.tree import TreeChecks


def read_periods(rows: Sequence[tuple[int, str]], findings: Findings) -> list[KeyPeriod]:
    """Reads the list of keys, the oldest first. Adds a finding for a key that cannot be read."""
    periods = []
    for from_size, text in rows:
        key = parse_verifier_key(text)
        if isinstance(key, Refused):
            findings.add("KEYS_DIFFER", None, f"the key from size {from_size} on: {key.message}")
        else:
            periods.append(KeyPeriod(from_size, key))
    return sorted(periods, key=lambda period: period.from_size)


class StoredCheckpoints:
    """Checks the stored checkpoints in the order of their sizes, then those kept elsewhere."""

    def __init__(
        self,
        findings: Findings,
        trust: TrustedKeys,
        origin: str,
        tree: TreeChecks,
        *,
        newest_only: bool,
    ) -> None:
        self._findings = findings
        self._trust = trust
        self._origin = origin
        self._newest_only = newest_only
        self._checks = CheckpointChecks(tree, trust, findings, origin)
        self.newest: int | None = None
        self.count = 0

    @property
    def unproven(self) -> tuple[str, ...]:
        """What could not be checked about the checkpoints that were kept elsewhere."""
        return tuple(self._checks.unchecked)

    def check(self, size: int, note: str | bytes, root: bytes | None) -> None:
        """Checks a stored checkpoint.

        Args:
            size: the size under which it is stored.
            note: the checkpoint.
            root: the events' root hash at that size, or None if there are too few events.
        """
        if isinstance(note, bytes):
            message = f"the checkpoint of size {size}: it is not stored as text"
            self._findings.add("CHECKPOINT_MALFORMED", None, message)
            note = note.decode("utf-8", "replace")
        # The first checkpoint may be of the empty trail.
        expected = 1 if self.newest is None else self.newest + 1
        if size > expected and not self._newest_only:
            message = f"there is no checkpoint of size {expected}"
            self._findings.add("CHECKPOINT_MISSING", None, message)
        self.newest = size
        self.count += 1
        stored = self._own(note, f"the checkpoint of size {size}")
        if stored is not None:
            problem = self._trust.problem_with_signatures(stored)
            if problem:
                message = f"the checkpoint of size {size}: {problem}"
                self._findings.add("SIGNATURE_INVALID", None, message)
            self._check_root(size, stored, root)

    def check_all(
        self, notes: Sequence[tuple[int, str | bytes]], roots: Mapping[int, bytes]
    ) -> None:
        """Checks several stored checkpoints, each against the root hash at its size."""
        for size, note in notes:
            self.check(size, note, roots.get(size))

    def check_key_changes(
        self,
        periods: Sequence[KeyPeriod],
        notes: Mapping[int, str | None],
        recorded: Collection[tuple[int, str]],
    ) -> None:
        """Checks that each key except the first was introduced by the previous key.

        Args:
            periods: the list of keys.
            notes: the stored checkpoints at the sizes at which the later keys begin.
            recorded: at which sizes which keys begin, as the events before them record it.
        """
        firsts = {}
        for size, note in notes.items():
            try:
                firsts[size] = _parse(note or "")
            except CannotCheckError:
                continue
        self._checks.check_key_changes(periods, firsts, recorded)

    def finish(self, events: int, note: str | None) -> None:
        """Checks that the newest checkpoint covers the whole trail, and its signatures."""
        if self.newest is None or self.newest < events:
            newest = (
                "there are no checkpoints"
                if self.newest is None
                else f"the newest covers {self.newest}"
            )
            message = f"no checkpoint covers all {events} events: {newest}"
            self._findings.add("CHECKPOINT_MISSING", None, message)
        newest_note = None if note is None else self._own(note, "the newest checkpoint")
        if newest_note is not None:
            self._checks.check_newest(newest_note, "the newest checkpoint")

    def check_known(self, note: str, whose: str, *, has_ended: bool) -> None:
        """Checks a checkpoint that was kept elsewhere.

        Args:
            note: the checkpoint.
            whose: what messages call it.
            has_ended: whether its trail has ended, and is in the archive.
        """
        known = self._read(note, whose)
        if known is None:
            return
        log_id = known.origin.rpartition("/")[2]
        ended = f"; that trail has ended: check its export, made with --archive {log_id}"
        self._checks.check_known(known, whose, if_foreign=ended if has_ended else "")

    def _own(self, note: str, whose: str) -> CheckpointNote | None:
        """Reads a checkpoint of this trail. Returns None, and adds a finding, if it is not."""
        read = self._read(note, whose)
        if read is not None and read.origin != self._origin:
            message = f"{whose} is of the trail {read.origin!a}, not of {self._origin!a}"
            self._findings.add("ORIGIN_MISMATCH", None, message)
            return None
        return read

    def _read(self, note: str, whose: str) -> CheckpointNote | None:
        try:
            return _parse(note)
        except CannotCheckError as problem:
            self._findings.add("CHECKPOINT_MALFORMED", None, f"{whose}: {problem}")
            return None

    def _check_root(self, size: int, stored: CheckpointNote, root: bytes | None) -> None:
        if root is None or stored.size != size:
            message = f"a stored checkpoint states {stored.size} events, which is not their number"
            self._findings.add("SHORTER_THAN_CHECKPOINT", None, message)
        elif stored.root != root:
            message = f"the first {size} events do not have the root hash in the stored checkpoint"
            self._findings.add("ROOT_MISMATCH", None, message)


def _parse(note: str) -> CheckpointNote:
    # Text from a database or a file may contain lone surrogates; then it is not a checkpoint.
    return parse_checkpoint(note.encode("utf-8", "surrogatepass"))
