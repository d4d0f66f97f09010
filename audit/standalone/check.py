"""Checks a whole bundle, in one pass, and in memory that does not grow with the bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from audit.standalone.bundle import Bundle, Tiles
from audit.standalone.checkpoints import CheckpointChecks
from audit.standalone.events import EventChecks, key_recorded_by
from audit.standalone.findings import Findings
from audit.standalone.formats.canonical import NotCanonicalError, parse_canonical
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.keys import KeyPeriod, VerifierKey, parse_key_list
from audit.standalone.formats.notes import CheckpointNote, parse_checkpoint
from audit.standalone.formats.tree import HASH_SIZE, Tree, leaf_hash
from audit.standalone.trust import TrustedKeys, compare_keys

_MOST_FINDINGS = 100_000


class Outcome(NamedTuple):
    """What a check found, what it proved, and what it could not check.

    `own` is the checkpoint over these events: the bundle's own or, for a file of events alone, the
    auditor's checkpoint of that size.
    """

    findings: Findings
    events: int
    own: CheckpointNote | None
    proven: list[str]
    unchecked: list[str]


def check(
    bundle: Bundle,
    known: Sequence[CheckpointNote],
    given: Sequence[VerifierKey],
    on_event: Callable[[int], None],
) -> Outcome:
    """Checks a bundle against the checkpoints and verifier keys that the auditor knows.

    Args:
        bundle: the export.
        known: the auditor's checkpoints.
        given: the auditor's verifier keys.
        on_event: receives the number of events that were read, after each of them.
    """
    findings = Findings()
    own = _own_checkpoint(bundle, findings)
    periods = parse_key_list(bundle.read("keys") or b"")
    trust = TrustedKeys(periods, given)
    filtered = bundle.bare or bundle.read("filter") is not None
    tiles = Tiles(bundle, own.size if own else 0)
    wanted = [each.size for each in (*known, *([own] if own else []))]
    tree = Tree([*wanted, *(period.from_size for period in periods)])
    log_id = own.origin.rpartition("/")[2] if own else ""
    events = EventChecks(findings, tiles.leaf, log_id, filtered=filtered)
    for body in bundle.bodies():
        leaf = events.check(body)
        if bundle.bare or not filtered:
            tree.append(leaf)
        on_event(events.count)
        # Each finding costs time, and a small zip can contain very many lines without an event.
        if findings.total > _MOST_FINDINGS:
            return Outcome(findings, events.count, own, [], [_REMAINING])
    if bundle.bare:
        own = _checkpoint_over(events, known, given)
        filtered = own is None
        known = [each for each in known if each is not own]
    has_tree = not filtered or _grow_from_tiles(tree, tiles, own)
    compare_keys(periods, None if filtered or bundle.bare else events.key_changes, findings)
    grown = tree if has_tree else None
    checks = CheckpointChecks(grown, trust, findings, own.origin if own else None)
    from_tiles = filtered and has_tree
    recorded = _included_changes(bundle, periods, tiles) if from_tiles else events.key_changes
    checks.check_key_changes(periods, _first_checkpoints(bundle, periods), recorded)
    if own is not None:
        _check_own(own, checks, findings, events.expected if filtered else tree.size)
    for each in known:
        checks.check_known(each, "your checkpoint", if_shorter=_OLDER)
    unchecked = [*_unchecked(bundle, events, own, filtered=filtered), *checks.unchecked]
    return Outcome(findings, events.count, own, _proven(own, filtered, has_tree), unchecked)


def _check_own(
    own: CheckpointNote, checks: CheckpointChecks, findings: Findings, events: int
) -> None:
    """Checks the bundle's own checkpoint. `events` is the last event's sequence number plus one."""
    checks.check_newest(own, "the bundle's checkpoint")
    root = checks.root_of(own, "the bundle's checkpoint")
    if root is None:
        return
    if root != own.root:
        message = (
            f"the first {own.size} events do not have the root hash in the bundle's checkpoint"
        )
        findings.add("ROOT_MISMATCH", None, message)
    if events > own.size:
        message = "the bundle's checkpoint does not cover the events from here on"
        findings.add("BEYOND_CHECKPOINT", own.size, message)


def _proven(own: CheckpointNote | None, filtered: bool, has_tree: bool) -> list[str]:  # noqa: FBT001 (two facts)
    if own is None or not has_tree:
        return []
    if filtered:
        return [
            "each event in this export is in the tree of the bundle's checkpoint, at its number"
        ]
    return ["these are exactly the events, in this order, that the signed checkpoint covers"]


def _unchecked(
    bundle: Bundle, events: EventChecks, own: CheckpointNote | None, *, filtered: bool
) -> list[str]:
    if bundle.bare and own is None and events.count == events.expected:
        which = f"this export's own checkpoint, of {events.count} events"
        problem = f"a file of events contains no checkpoint: give {which}, with --checkpoint"
        return [f"whether these are the trail's events, because {problem}"]
    unchecked = []
    if own is None:
        unchecked.append(
            "whether these are the trail's events, because there is no well-formed checkpoint"
        )
    if filtered:
        unchecked.append("whether events are missing, because this export is filtered or partial")
    return unchecked


_REMAINING = f"the remaining events, because there are more than {_MOST_FINDINGS} findings already"
_OLDER = (
    ": either events were removed from the end, or this export is older than your checkpoint; in "
    "the latter case, get a newer export"
)


def _included_changes(
    bundle: Bundle, periods: Sequence[KeyPeriod], tiles: Tiles
) -> list[tuple[int, str]]:
    """Returns the key changes in the events that a filtered bundle includes for this purpose.

    Only an event whose leaf hash the tiles state counts.
    """
    recorded = []
    for period in periods[1:]:
        body = bundle.read(f"rotations/{period.from_size}.event") or b""
        if leaf_hash(body) != tiles.leaf(period.from_size - 1):
            continue
        try:
            recorded.append((period.from_size, key_recorded_by(parse_canonical(body)) or ""))
        except NotCanonicalError:
            continue
    return recorded


def _checkpoint_over(
    events: EventChecks, known: Sequence[CheckpointNote], given: Sequence[VerifierKey]
) -> CheckpointNote | None:
    """Returns the auditor's checkpoint of exactly the events in a file, if none are missing."""
    if known and not given:
        raise CannotCheckError("a file of events contains no verifier key: give one with --key")
    is_whole = events.count == events.expected
    return next((each for each in known if is_whole and each.size == events.count), None)


def _own_checkpoint(bundle: Bundle, findings: Findings) -> CheckpointNote | None:
    data = bundle.read("checkpoint")
    if data is None:
        return None
    try:
        return parse_checkpoint(data)
    except CannotCheckError as problem:
        findings.add("CHECKPOINT_MALFORMED", None, f"the bundle's checkpoint: {problem}")
        return None


def _first_checkpoints(bundle: Bundle, periods: Sequence[KeyPeriod]) -> dict[int, CheckpointNote]:
    """Reads the checkpoints at which the later keys begin. Leaves out malformed checkpoints."""
    firsts = {}
    for period in periods[1:]:
        try:
            firsts[period.from_size] = parse_checkpoint(
                bundle.read(f"rotations/{period.from_size}") or b""
            )
        except CannotCheckError:
            continue
    return firsts


def _grow_from_tiles(tree: Tree, tiles: Tiles, own: CheckpointNote | None) -> bool:
    """Grows a filtered export's tree from its tiles. Returns False if leaf hashes are missing."""
    for seq in range(own.size if own else 0):
        leaf = tiles.leaf(seq)
        if len(leaf) != HASH_SIZE:
            return False
        tree.append(leaf)
    return own is not None
