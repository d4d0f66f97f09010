"""Checks events one by one: their bytes, the parts that each of them has, and their order."""

from __future__ import annotations

import re
from collections.abc import Callable

from audit.standalone.canonical import NotCanonicalError, parse_canonical
from audit.standalone.findings import Findings
from audit.standalone.keys import MOST_KEYS
from audit.standalone.tree import leaf_hash

LARGEST_BODY = 32 * 1024
NOT_ITS_HASH = "the event is not the one whose hash is stated beside it"
LONGEST_KEY = 1_000

# Of one width, so that the order of the texts is the order of the times.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

_Kinds = dict[str, tuple[type, ...]]
"""The types that each part of an object may have."""

_TEXT, _NUMBER, _FLAG, _LIST, _OBJECT = (str,), (int,), (bool,), (list,), (dict,)
_NONE = type(None)
_PARTS: _Kinds = {
    "v": _NUMBER,
    "log_id": _TEXT,
    "seq": _NUMBER,
    "prev": (str, _NONE),
    "ts": _TEXT,
    "action": _TEXT,
    "outcome": _TEXT,
    "error_code": (str, _NONE),
    "actor": _OBJECT,
    "client": (dict, _NONE),
    "target": _TEXT,
    "revision": (int, _NONE),
    "changes": _LIST,
    "reason": (str, _NONE),
    "correlation_id": (str, _NONE),
    "detail": _OBJECT,
}
_ACTOR: _Kinds = {"kind": _TEXT, "id": (str, _NONE), "name": _TEXT, "role": (str, _NONE)}
_CLIENT: _Kinds = {
    "ip": (str, _NONE),
    "ip_source": _TEXT,
    "user_agent": (str, _NONE),
    "request_id": _TEXT,
    "operation": (str, _NONE),
}
_CHANGE: _Kinds = {
    "field": _TEXT,
    "before": (str, _NONE),
    "after": (str, _NONE),
    "redacted": _FLAG,
}
_FACT = (str, int, bool, _NONE)


def is_event(event: dict[str, object]) -> bool:
    """Checks that an event has the parts that every event has, of their types, and no others.

    The actions and outcomes are left open, because later versions of the service know more.
    """
    if not _is_made_of(event, _PARTS):
        return False
    changes, detail, client = event["changes"], event["detail"], event["client"]
    return (
        _is_made_of(event["actor"], _ACTOR)
        and (client is None or _is_made_of(client, _CLIENT))
        and isinstance(changes, list)
        and all(_is_made_of(change, _CHANGE) for change in changes)
        and isinstance(detail, dict)
        and all(type(fact) in _FACT for fact in detail.values())
    )


def _is_made_of(value: object, parts: _Kinds) -> bool:
    # Not `isinstance`, for which True is a number.
    return (
        isinstance(value, dict)
        and value.keys() == parts.keys()
        and all(type(value[name]) in kinds for name, kinds in parts.items())
    )


class EventChecks:
    """Takes the events in order. It keeps only a few facts about the last of them."""

    def __init__(
        self,
        findings: Findings,
        stated_leaf: Callable[[int], bytes],
        log_id: str,
        *,
        filtered: bool,
        parse: Callable[[bytes], object] = parse_canonical,
    ) -> None:
        """Prepares the checks.

        Args:
            findings: where findings are added.
            stated_leaf: returns the leaf hash that is stated for an event; `b""` if none is.
            log_id: the trail's; if it is empty, the first event's counts.
            filtered: whether events may be left out.
            parse: reads a body. The service passes in a faster one.
        """
        self._findings = findings
        self._parse = parse
        self._stated_leaf = stated_leaf
        self._filtered = filtered
        self._log_id = log_id
        self._previous: bytes | None = None
        self._latest = ""
        self.expected = 0
        self.count = 0
        self.event: object = None
        """The last event, decoded; None if a finding already reports that it cannot be read."""
        self.key_changes: list[tuple[int, str]] = []
        """From which size on which verifier key signs, as the events record it."""

    def take(self, body: bytes) -> bytes:
        """Checks the next event's own form and its place; returns its leaf hash."""
        self.count += 1
        leaf = leaf_hash(body)
        seq = self._check(body)
        stated = self._stated_leaf(seq)
        if stated and stated != leaf:
            self._findings.add("LEAF_MISMATCH", seq, NOT_ITS_HASH)
        self._previous = leaf
        self.expected = seq + 1
        return leaf

    def _check(self, body: bytes) -> int:
        """Checks a body; returns its sequence number, or the next one if it has none."""
        self.event = None
        try:
            if len(body) > LARGEST_BODY:
                raise NotCanonicalError("it is longer than 32 KiB")  # noqa: TRY301 (one way out)
            event = self._parse(body)
        except NotCanonicalError as problem:
            self._findings.add("NOT_CANONICAL", self.expected, str(problem))
            return self.expected
        if not isinstance(event, dict):
            self._findings.add("NOT_CANONICAL", self.expected, "it is not a JSON object")
            return self.expected
        seq = event.get("seq")
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
            self._findings.add("MALFORMED_EVENT", self.expected, "it has no sequence number")
            return self.expected
        self._check_sequence(seq)
        version = event.get("v")
        if version != 1 or isinstance(version, bool):
            message = f"its version is {version!a:.40}; this program knows version 1"
            self._findings.add("UNKNOWN_VERSION", seq, message)
            return seq
        self._check_parts(seq, event)
        return seq

    def _check_parts(self, seq: int, event: dict[str, object]) -> None:
        self._check_trail(seq, event.get("log_id"))
        self._check_previous(seq, event.get("prev"))
        self._check_time(seq, event.get("ts"))
        self._note_key(seq, event)
        if is_event(event):
            self.event = event
        else:
            message = "it lacks something that every event has, or holds what none has"
            self._findings.add("MALFORMED_EVENT", seq, message)

    def _note_key(self, seq: int, event: dict[str, object]) -> None:
        after = key_recorded_by(event)
        if after is None:
            return
        if len(self.key_changes) < MOST_KEYS:
            self.key_changes.append((seq + 1, after if len(after) <= LONGEST_KEY else ""))
        else:
            message = f"from here on the events record more than {MOST_KEYS} changes of the key"
            self._findings.add("KEYS_DIFFER", seq, message)

    def _check_sequence(self, seq: int) -> None:
        if seq < self.expected:
            message = f"it stands where {self.expected} belongs: repeated or out of order"
            self._findings.add("SEQUENCE_ORDER", seq, message)
        elif seq > self.expected and not self._filtered:
            message = f"{seq} stands where {self.expected} belongs: events are missing or moved"
            self._findings.add("SEQUENCE_GAP", self.expected, message)

    def _check_trail(self, seq: int, log_id: object) -> None:
        self._log_id = self._log_id or str(log_id)
        if log_id != self._log_id:
            message = f"it belongs to the trail {log_id!a:.80}, not to {self._log_id!a:.80}"
            self._findings.add("ORIGIN_MISMATCH", seq, message)

    def _check_previous(self, seq: int, prev: object) -> None:
        previous = self._previous
        if self._filtered:
            previous = self._stated_leaf(seq - 1) if seq else None
            if previous == b"":
                return
        if prev != (None if previous is None else previous.hex()):
            message = (
                "it does not carry the hash of the event before it: one of the two was changed"
            )
            self._findings.add("PREV_MISMATCH", seq, message)

    def _check_time(self, seq: int, ts: object) -> None:
        if not isinstance(ts, str):
            return  # `is_event` finds it
        if not _TIME.fullmatch(ts):
            self._findings.add("MALFORMED_EVENT", seq, "it has no proper time")
            return
        if ts < self._latest:
            self._findings.add("TIME_BACKWARDS", seq, f"its time {ts} is before {self._latest}")
        self._latest = max(ts, self._latest)


def key_recorded_by(event: object) -> str | None:
    """Returns the verifier key that signs after this event; None if it records no such change."""
    if not isinstance(event, dict):
        return None
    if (event.get("action"), event.get("outcome")) != ("SIGNING_KEY_CHANGED", "SUCCEEDED"):
        return None
    detail = event.get("detail")
    return str(detail.get("after") if isinstance(detail, dict) else None)
