"""Verifies the rows of events: their bodies, their order, and the columns made from the bodies.

The offline verifier's checks decide about bodies and their order, so that both report the same.
Only the service knows which actions and outcomes there are. This module is pure: rows in, findings
out. It keeps only the last event.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from audit.c2sp import tree
from audit.standalone.events import EventChecks
from audit.standalone.findings import Findings
from audit.trail.body import Parsed, parse_body, parse_document
from audit.trail.words import event_words
from audit.verify.canonical import parse_canonical
from db.queries.trail_reading import EventRow

Observer: TypeAlias = Callable[[int, Parsed], None]
"""Receives each readable event, in order: its sequence number and its content."""


class RowChecks:
    """Checks the trail's rows in order."""

    def __init__(self, findings: Findings, log_id: str, observe: Observer) -> None:
        self.findings = findings
        self._stated = b""
        self._events = EventChecks(
            findings, lambda _: self._stated, log_id, filtered=False, parse=parse_canonical
        )
        self._observe = observe

    @property
    def key_changes(self) -> Sequence[tuple[int, str]]:
        """From which size on which verifier key signs, as the events record it."""
        return self._events.key_changes

    def check(self, row: EventRow) -> bytes:
        """Checks a row; returns its leaf hash, computed from the body."""
        self._stated = _hash_of(row.leaf)
        if not isinstance(row.body, str):
            self.findings.add("MALFORMED_EVENT", row.seq, "its body is not stored as text")
        leaf = self._events.check(bytes_of(row.body))
        try:
            parsed = self._parse(row.body)
        except (ValueError, TypeError, RecursionError) as problem:
            if self._events.event is not None:
                self.findings.add("MALFORMED_EVENT", row.seq, str(problem))
            return leaf
        self._check_columns(row, parsed)
        self._observe(row.seq, parsed)
        return leaf

    def _parse(self, body: str | bytes) -> Parsed:
        # A body is decoded only once. It may be an event even if it is not canonical.
        decoded = self._events.event
        return parse_body(body) if decoded is None else parse_document(decoded)

    def _check_columns(self, row: EventRow, parsed: Parsed) -> None:
        event, place = parsed.event, parsed.place
        expected = (
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
        if expected != shown:
            names = ("seq", "prev", *EventRow._fields[4:10])
            wrong = [n for n, a, b in zip(names, expected, shown, strict=True) if a != b]
            message = f"the columns {', '.join(wrong)} differ from the body"
            self.findings.add("PROJECTION_DIFFERS", row.seq, message)
        if row.words != event_words(event):
            message = "the words by which it is found are not those of its body"
            self.findings.add("SEARCH_DIFFERS", row.seq, message)


def bytes_of(body: str | bytes) -> bytes:
    """Returns a body's bytes, whether the database has it as text or as bytes."""
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")


def _hash_of(text: str | bytes) -> bytes:
    try:
        value = bytes.fromhex(text if isinstance(text, str) else "")
    except ValueError:
        value = b""
    # Never empty, which would mean "nothing stated".
    return value if len(value) == tree.HASH_SIZE and text == value.hex() else b"no hash"
