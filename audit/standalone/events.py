"""Checks events one by one: their bytes, their parts and their order."""

from __future__ import annotations

import re
from collections.abc import Callable

from audit.standalone.findings import Findings
from audit.standalone.formats.canonical import NotCanonicalError, parse_canonical
from audit.standalone.formats.keys import MOST_KEYS
from audit.standalone.formats.tree import leaf_hash

LARGEST_BODY = 32 * 1024
WRONG_LEAF_HASH = "the leaf hash of its bytes is not the leaf hash that is stored for it"
LONGEST_KEY = 1_000

# Of a fixed width, so that the order of the texts is the order of the times.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

_Kinds = dict[str, tuple[type, ...]]
"""For each part of an object, the types that it may have."""

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
    """Returns whether an event has exactly the parts of an event, each of the right type.

    Accepts any action and outcome, because later versions of the service may have more of them.
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
    # Not `isinstance`, which would accept True as a number.
    return (
        isinstance(value, dict)
        and value.keys() == parts.keys()
        and all(type(value[name]) in kinds for name, kinds in parts.items())
    )


class EventChecks:
    """Checks the events in order. Keeps only a few facts about the last event."""

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
            findings: receives the findings.
            stated_leaf: returns the leaf hash that is stated for an event, or `b""` for none.
            log_id: the trail's ID. If it is empty, the first event's is used.
            filtered: whether the export is filtered, so that events may be missing.
            parse: reads a body. The service passes in a faster function.
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
        """The last event, decoded; None if a finding already reports that it is not an event."""
        self.key_changes: list[tuple[int, str]] = []
        """From which size on which verifier key signs, as the events record it."""

    def check(self, body: bytes) -> bytes:
        """Checks the next event's form and position; returns its leaf hash."""
        self.count += 1
        leaf = leaf_hash(body)
        seq = self._check_body(body)
        stated = self._stated_leaf(seq)
        if stated and stated != leaf:
            self._findings.add("LEAF_MISMATCH", seq, WRONG_LEAF_HASH)
        self._previous = leaf
        self.expected = seq + 1
        return leaf

    def _check_body(self, body: bytes) -> int:
        """Checks a body; returns its sequence number, or the expected number if it has none."""
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
            message = f"its version is {version!a:.40}; this program supports version 1"
            self._findings.add("UNKNOWN_VERSION", seq, message)
            return seq
        self._check_parts(seq, event)
        return seq

    def _check_parts(self, seq: int, event: dict[str, object]) -> None:
        self._check_trail(seq, event.get("log_id"))
        self._check_previous(seq, event.get("prev"))
        self._check_time(seq, event.get("ts"))
        self._record_key_change(seq, event)
        if is_event(event):
            self.event = event
        else:
            message = "it lacks a part, has an unknown part, or a part has the wrong type"
            self._findings.add("MALFORMED_EVENT", seq, message)

    def _record_key_change(self, seq: int, event: dict[str, object]) -> None:
        after = key_recorded_by(event)
        if after is None:
            return
        if len(self.key_changes) < MOST_KEYS:
            self.key_changes.append((seq + 1, after if len(after) <= LONGEST_KEY else ""))
        else:
            message = f"from here on, the events record more than {MOST_KEYS} changes of the key"
            self._findings.add("KEYS_DIFFER", seq, message)

    def _check_sequence(self, seq: int) -> None:
        if seq < self.expected:
            message = (
                f"it is in the place of event {self.expected}, so it is repeated or out of order"
            )
            self._findings.add("SEQUENCE_ORDER", seq, message)
        elif seq > self.expected and not self._filtered:
            message = f"event {seq} is in its place, so events are missing or out of order"
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
            message = "its `prev` is not the leaf hash of the event before it"
            self._findings.add("PREV_MISMATCH", seq, message)

    def _check_time(self, seq: int, ts: object) -> None:
        if not isinstance(ts, str):
            return  # reported by `_check_parts`
        if not _TIME.fullmatch(ts):
            self._findings.add("MALFORMED_EVENT", seq, "its time is not in the required format")
            return
        if ts < self._latest:
            message = f"its time {ts} is before {self._latest}, the time of an earlier event"
            self._findings.add("TIME_BACKWARDS", seq, message)
        self._latest = max(ts, self._latest)


def key_recorded_by(event: object) -> str | None:
    """Returns the verifier key that signs from this event on, or None if it records no change."""
    if not isinstance(event, dict):
        return None
    if (event.get("action"), event.get("outcome")) != ("SIGNING_KEY_CHANGED", "SUCCEEDED"):
        return None
    detail = event.get("detail")
    return str(detail.get("after") if isinstance(detail, dict) else None)
