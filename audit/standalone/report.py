"""Prints what a check found, what it proved, and what it did not prove."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from audit.standalone.check import Outcome
from audit.standalone.findings import Findings, escaped
from audit.standalone.formats.keys import VerifierKey
from audit.standalone.formats.notes import CheckpointNote


def say(line: str) -> None:
    """Prints a line, and escapes everything in it that is not printable ASCII."""
    sys.stdout.write(escaped(line, keep=_is_plain) + "\n")


def say_findings(findings: Findings) -> None:
    """Prints each finding with its code and its first event."""
    for finding in findings.values():
        where = "" if finding.seq is None else f" at event {finding.seq}"
        more = f" (and {finding.times - 1} more)" if finding.times > 1 else ""
        say(f"{finding.code}{where}: {finding.message}{more}")


def show_progress(count: int) -> None:
    """Prints how many events were read, from time to time, if a terminal shows it."""
    if count % 100_000 == 0 and sys.stderr.isatty():
        sys.stderr.write(f"{count} events ...\n")


def report(outcome: Outcome, known: Sequence[CheckpointNote], given: Sequence[VerifierKey]) -> int:
    """Prints the outcome; returns the exit status."""
    say_findings(outcome.findings)
    say(f"{outcome.events} events read.")
    for each in outcome.unchecked:
        say(f"COULD NOT CHECK: {each}.")
    if outcome.findings:
        say("NOT INTACT: see the findings above.")
        return 1
    own, unchecked = outcome.own, outcome.unchecked
    if own is not None and not unchecked:
        say(f"INTACT: {own.size} events of {own.origin!a}, root {own.root.hex()}")
    for each in outcome.proven:
        say(f"Proven: {each}.")
    if own is not None:
        say(_SIGNER_KNOWN if given else _SIGNER_UNKNOWN)
    if unchecked:
        say("NOT PROVEN INTACT: nothing wrong was found in what could be checked.")
        return 2
    _say_how_far(known)
    return 0


_SIGNER_KNOWN = (
    "Proven: the checkpoint was signed by a key that you gave, or by a key that follows it."
)
_SIGNER_UNKNOWN = (
    "Not proven: whose key signed it. The key is from the bundle itself: give yours with --key."
)


def _say_how_far(known: Sequence[CheckpointNote]) -> None:
    if known:
        size = max(each.size for each in known)
        say(f"Proven: the first {size} events are exactly those that your checkpoint covers.")
        say(f"Not proven: that no events after the first {size} were removed or replaced.")
    else:
        say("Not proven: that no events were removed from the end, and that the trail was not")
        say(
            "rewritten with its signing key. Only a checkpoint that was kept elsewhere proves this:"
        )
        say("give it with --checkpoint.")


def _is_plain(character: str) -> bool:
    return " " <= character <= "~"
