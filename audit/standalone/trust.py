"""Decides which keys are trusted, and from which size of the trail on each of them signs."""

from __future__ import annotations

from collections.abc import Sequence

from audit.standalone.findings import Findings
from audit.standalone.formats.ed25519 import ed25519_verify
from audit.standalone.formats.keys import KeyPeriod, VerifierKey
from audit.standalone.formats.notes import CheckpointNote, SignatureCheck

_PERHAPS = "perhaps the trail's key has changed: give the oldest key that you know, or all of them"


class TrustedKeys:
    """The trail's keys, and the keys by which an auditor knows the trail.

    Each key introduces the next: both sign the checkpoint at which the next key begins. So an
    auditor who trusts a key trusts the keys after it, and no key can be added without the key
    before it.
    """

    def __init__(
        self,
        listed: Sequence[KeyPeriod],
        given: Sequence[VerifierKey],
        is_valid: SignatureCheck = ed25519_verify,
    ) -> None:
        """Starts with the trail's own list of keys and the auditor's.

        Args:
            listed: the trail's list.
            given: the auditor's keys. Without any, the list is trusted.
            is_valid: checks one signature. The service passes in a faster function.
        """
        known = {period.key for period in listed}
        unlisted = [KeyPeriod(0, key) for key in given if key not in known]
        self._periods = sorted([*unlisted, *listed], key=lambda period: period.from_size)
        self._keys = tuple(dict.fromkeys(period.key for period in self._periods))
        self._given = frozenset(given)
        self._trusted = set(given)
        self._is_valid = is_valid

    def check_change(
        self, before: KeyPeriod, after: KeyPeriod, first: CheckpointNote | None, *, recorded: bool
    ) -> str | None:
        """Checks a later key by its first checkpoint; returns why it is not trusted, or None.

        The signatures of both keys are not enough: the previous key signed the checkpoint of that
        size in any case, so an attacker could add a second signature. An event under that
        checkpoint has to record the later key.

        Args:
            before: the previous key.
            after: the later key.
            first: the checkpoint at which the later key begins, or None if it is missing.
            recorded: whether the event before that checkpoint records the later key.
        """
        if not recorded:
            return "the last event before its first checkpoint does not record it"
        if first is None or first.size != after.from_size or first.origin != after.key.name:
            return "its first checkpoint, which the previous key has to sign, is missing"
        both = (before.key, after.key)
        signers = first.note.signers(both, self._is_valid)
        if isinstance(signers, str):
            return signers
        if not set(both) <= set(signers):
            previous = before.key.label
            return f"its first checkpoint lacks a signature by this key or by {previous} before it"
        if before.key in self._trusted:
            self._trusted.add(after.key)
        return None

    def problem_with(self, checkpoint: CheckpointNote) -> str | None:
        """Returns why a checkpoint's signatures are not trusted, or None if they are."""
        return self._problem_with(checkpoint, trusted_only=True)

    def problem_with_signatures(self, checkpoint: CheckpointNote) -> str | None:
        """Does the same, but accepts any of the trail's listed keys, trusted or not."""
        return self._problem_with(checkpoint, trusted_only=False)

    def key_before(self, checkpoint: CheckpointNote) -> VerifierKey | None:
        """Returns the key that signed a checkpoint, if the trail used it before the trusted keys.

        Trust passes only forward, so no trusted key vouches for an earlier key. But it is no sign
        of an attack that the auditor does not know the earlier key, if the list has it for that
        size and a trusted key comes later.
        """
        signers = checkpoint.note.signers(self._keys, self._is_valid)
        if isinstance(signers, str) or not self._trusted.isdisjoint(signers):
            return None
        later = {period.key for period in self._periods if period.from_size > checkpoint.size}
        return None if self._trusted.isdisjoint(later) else self._in_use(checkpoint, signers)

    def _problem_with(self, checkpoint: CheckpointNote, *, trusted_only: bool) -> str | None:
        signers = checkpoint.note.signers(self._keys, self._is_valid)
        if isinstance(signers, str):
            return signers
        own = [key for key in signers if key.name == checkpoint.origin]
        if not own and any(each.name == checkpoint.origin for each in checkpoint.note.signatures):
            return f"it is signed by an unknown key with this trail's name; {_PERHAPS}"
        if not own:
            return "it has no signature by a known key of this trail"
        if trusted_only and self._given and self._trusted.isdisjoint(own):
            names = _names_of(signers)
            message = (
                f"it is signed by {names}, not by a key that you gave or a key that follows it"
            )
            return f"{message}; {_PERHAPS}"
        if not self._in_use(checkpoint, own):
            names = _names_of(signers)
            return (
                f"it is signed by {names}, which was not the key in use at size {checkpoint.size}"
            )
        return None

    def _in_use(
        self, checkpoint: CheckpointNote, signers: Sequence[VerifierKey]
    ) -> VerifierKey | None:
        periods = [each for each in self._periods if each.key.name == checkpoint.origin]
        begun = [each.from_size for each in periods if each.from_size <= checkpoint.size]
        current = max(begun, default=0)
        in_use = (each.key for each in periods if each.from_size == current)
        return next((key for key in in_use if key in signers), None)


def _names_of(keys: Sequence[VerifierKey]) -> str:
    return ", ".join(key.label for key in keys)


def compare_keys(
    listed: Sequence[KeyPeriod], recorded: Sequence[tuple[int, str]] | None, findings: Findings
) -> None:
    """Compares the list of keys with the changes that the events record.

    Args:
        listed: the list.
        recorded: from which size on which key signs, as all of the events record it; None if some
            events are missing.
        findings: receives the differences.
    """
    if listed and listed[0].from_size != 0:
        message = f"the list of keys begins at size {listed[0].from_size}: the first key is missing"
        findings.add("KEYS_DIFFER", None, message)
    later = [(period.from_size, str(period.key)) for period in listed[1:]]
    if recorded is not None and recorded != later:
        message = f"the events record {len(recorded)} changes of the key, but the list has others"
        findings.add("KEYS_DIFFER", None, message)
