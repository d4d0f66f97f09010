"""Verifying events one by one: bodies, their order, and the columns that are shown of them.

What a body must be is decided by `verify_bundle`, which an auditor runs at home: both find the
same, but that the service alone knows which actions and outcomes there are. Pure: rows in, findings
out, and of what has passed no more than the last event is kept.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from audit.c2sp import tree
from audit.standalone.main import Tiles, Trail
from audit.trail.body import Parsed, parse_body, parse_document
from audit.trail.words import event_words
from audit.verify.canonical import parse_canonical
from audit.verify.findings import Findings
from db.queries.trail_reading import EventRow

Observer: TypeAlias = Callable[[int, Parsed], None]
"""Is told of each event that can be read, in order: its number and what it says."""


class _Stated(Tiles):
    """The leaf hash that the row states for itself, in the place of a bundle's tiles."""

    def __init__(self) -> None:
        self.value = b""

    def leaf(self, seq: int) -> bytes:
        """The stated hash, whatever the number."""
        del seq
        return self.value


class EventChecks:
    """Takes the trail's rows in order."""

    def __init__(self, findings: Findings, log_id: str, observe: Observer) -> None:
        self.findings = findings
        self._stated = _Stated()
        self._trail = Trail(findings, self._stated, log_id, filtered=False, parse=parse_canonical)
        self._observe = observe

    @property
    def key_changes(self) -> Sequence[tuple[int, str]]:
        """From which size on which verifier key signs, as the events tell it."""
        return self._trail.key_changes

    def take(self, row: EventRow) -> bytes:
        """Checks a row; its leaf hash, computed from the body."""
        self._stated.value = _hash_of(row.leaf)
        if not isinstance(row.body, str):
            self.findings.add("MALFORMED_EVENT", row.seq, "its body is not kept as text")
        leaf = self._trail.take(bytes_of(row.body))
        try:
            parsed = self._parse(row.body)
        except (ValueError, TypeError, RecursionError) as problem:
            if self._trail.event is not None:
                self.findings.add("MALFORMED_EVENT", row.seq, str(problem))
            return leaf
        self._check_columns(row, parsed)
        self._observe(row.seq, parsed)
        return leaf

    def _parse(self, body: str | bytes) -> Parsed:
        # What was decoded once is not decoded again; what is not canonical may still be an event.
        decoded = self._trail.event
        return parse_body(body) if decoded is None else parse_document(decoded)

    def _check_columns(self, row: EventRow, parsed: Parsed) -> None:
        event, place = parsed.event, parsed.place
        told = (
            place.seq,
            place.prev,
            place.ts,
            event.action,
            event.outcome,
            event.actor.id,
            event.revision,
            event.correlation_id,
        )
        shown = (row.seq, row.prev, *row[4:10])
        if told != shown:
            names = ("seq", "prev", *EventRow._fields[4:10])
            wrong = [n for n, a, b in zip(names, told, shown, strict=True) if a != b]
            message = f"the columns {', '.join(wrong)} are not what the body says"
            self.findings.add("PROJECTION_DIFFERS", row.seq, message)
        if row.words != event_words(event):
            message = "the words that it is searched by are not its own"
            self.findings.add("SEARCH_DIFFERS", row.seq, message)


def bytes_of(body: str | bytes) -> bytes:
    """A body's bytes, however they are kept."""
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")


def _hash_of(text: str | bytes) -> bytes:
    try:
        value = bytes.fromhex(text if isinstance(text, str) else "")
    except ValueError:
        value = b""
    # Never empty, which would stand for "nothing stated".
    return value if len(value) == tree.HASH_SIZE and text == value.hex() else b"no hash"
