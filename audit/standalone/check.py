"""Checks a bundle from end to end, in one pass, and in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from audit.standalone.bundle import Bundle, Tiles
from audit.standalone.canonical import NotCanonicalError, parse_canonical
from audit.standalone.checkpoints import CheckpointChecks
from audit.standalone.encoding import CannotCheckError
from audit.standalone.events import EventChecks, key_recorded_by
from audit.standalone.findings import Findings
from audit.standalone.keys import KeyPeriod, VerifierKey, parse_key_list
from audit.standalone.notes import CheckpointNote, parse_checkpoint
from audit.standalone.tree import HASH_SIZE, Tree, leaf_hash
from audit.standalone.trust import TrustedKeys, compare_keys

_MOST_FINDINGS = 100_000


class Outcome(NamedTuple):
    """What a check found, what it proved, and what it could not check.

    `own` is the checkpoint that states these events: the bundle's own, or for a bare file the
    auditor's of that size.
    """

    findings: Findings
    events: int
    own: CheckpointNote | None
    proven: list[str]
    unchecked: list[str]


def check(
    bundle: Bundle,
    outside: Sequence[CheckpointNote],
    given: Sequence[VerifierKey],
    on_event: Callable[[int], None],
) -> Outcome:
    """Checks a bundle against the checkpoints and keys that the auditor brought.

    Args:
        bundle: the export.
        outside: the auditor's checkpoints.
        given: the auditor's keys.
        on_event: receives the number of events that were read, after each.
    """
    findings = Findings()
    own = _own_checkpoint(bundle, findings)
    periods = parse_key_list(bundle.read("keys") or b"")
    trust = TrustedKeys(periods, given)
    filtered = bundle.bare or bundle.read("filter") is not None
    tiles = Tiles(bundle, own.size if own else 0)
    wanted = [each.size for each in (*outside, *([own] if own else []))]
    tree = Tree([*wanted, *(period.from_size for period in periods)])
    log_id = own.origin.rpartition("/")[2] if own else ""
    events = EventChecks(findings, tiles.leaf, log_id, filtered=filtered)
    for body in bundle.bodies():
        leaf = events.take(body)
        if bundle.bare or not filtered:
            tree.append(leaf)
        on_event(events.count)
        # Each finding costs time, and lines that are no events can be packed into very few bytes.
        if findings.total > _MOST_FINDINGS:
            return Outcome(findings, events.count, own, [], [_THE_REST])
    if bundle.bare:
        own = _covering(events, outside, given)
        filtered = own is None
        outside = [each for each in outside if each is not own]
    rooted = not filtered or _grow_from_tiles(tree, tiles, own)
    compare_keys(periods, None if filtered or bundle.bare else events.key_changes, findings)
    grown = tree if rooted else None
    checks = CheckpointChecks(grown, trust, findings, own.origin if own else None)
    apart = filtered and rooted
    recorded = _recorded_apart(bundle, periods, tiles) if apart else events.key_changes
    checks.take_key_changes(periods, _first_checkpoints(bundle, periods), recorded)
    if own is not None:
        _check_own(own, checks, findings, events.expected if filtered else tree.size)
    for each in outside:
        checks.take_outside(each, "your checkpoint", if_shorter=_OLDER)
    unchecked = [*_unchecked(bundle, events, own, filtered=filtered), *checks.unchecked]
    return Outcome(findings, events.count, own, _proven(own, filtered, rooted), unchecked)


def _check_own(
    own: CheckpointNote, checks: CheckpointChecks, findings: Findings, events: int
) -> None:
    """Checks the bundle's own checkpoint; `events` is one more than the last event's number."""
    checks.take_newest(own, "the bundle's checkpoint")
    root = checks.root_of(own, "the bundle's checkpoint")
    if root is None:
        return
    if root != own.root:
        message = f"the first {own.size} events are not those of the bundle's checkpoint"
        findings.add("ROOT_MISMATCH", None, message)
    if events > own.size:
        message = "from here on no checkpoint covers the events"
        findings.add("BEYOND_CHECKPOINT", own.size, message)


def _proven(own: CheckpointNote | None, filtered: bool, rooted: bool) -> list[str]:  # noqa: FBT001 (two facts)
    if own is None or not rooted:
        return []
    if filtered:
        return ["each event shown is the one that the bundle's checkpoint states there"]
    return ["these are exactly the events, in this order, that the signed checkpoint states"]


def _unchecked(
    bundle: Bundle, events: EventChecks, own: CheckpointNote | None, *, filtered: bool
) -> list[str]:
    if bundle.bare and own is None and events.count == events.expected:
        which = f"give the one that came with this export, of {events.count} events"
        return [f"events alone hold no checkpoint: {which}, with --checkpoint"]
    unchecked = []
    if own is None:
        unchecked.append("it holds no proper checkpoint: whether these are the trail's events")
    if filtered:
        unchecked.append("this export is filtered or partial: whether events are missing")
    return unchecked


_THE_REST = f"what follows: more than {_MOST_FINDINGS} findings were met"
_OLDER = ": some were cut off, or this export is older than your checkpoint; then take a newer one"


def _recorded_apart(
    bundle: Bundle, periods: Sequence[KeyPeriod], tiles: Tiles
) -> list[tuple[int, str]]:
    """Reads the changes of the key from the events that a filtered bundle holds for that purpose.

    Only an event whose hash the tiles state counts.
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


def _covering(
    events: EventChecks, outside: Sequence[CheckpointNote], given: Sequence[VerifierKey]
) -> CheckpointNote | None:
    """Returns the auditor's checkpoint of exactly the events in a bare file, if they are whole."""
    if outside and not given:
        raise CannotCheckError("events alone bring no key: give the trail's, with --key")
    whole = events.count == events.expected
    return next((each for each in outside if whole and each.size == events.count), None)


def _own_checkpoint(bundle: Bundle, findings: Findings) -> CheckpointNote | None:
    data = bundle.read("checkpoint")
    if data is None:
        return None
    try:
        return parse_checkpoint(data)
    except CannotCheckError as problem:
        findings.add("CHECKPOINT_MALFORMED", None, f"of the bundle's checkpoint: {problem}")
        return None


def _first_checkpoints(bundle: Bundle, periods: Sequence[KeyPeriod]) -> dict[int, CheckpointNote]:
    """Reads the checkpoints at which the later keys begin; malformed ones are left out."""
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
    """Grows a filtered export's tree from the hashes it states; False if hashes are missing."""
    for seq in range(own.size if own else 0):
        leaf = tiles.leaf(seq)
        if len(leaf) != HASH_SIZE:
            return False
        tree.append(leaf)
    return own is not None
