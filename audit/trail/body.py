"""An event's body: the exact bytes that the trail proves, in canonical JSON (RFC 8785)."""

import re
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import rfc8785

from audit.event import Actor, AuditAction, Change, Client, Detail, Event

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VERSION: Final = 1
MAX_BODY_BYTES: Final = 32 * 1024
_MARK: Final = "… [cut, {} characters, SHA-256 {}]"
_CUT: Final = re.compile(r"… \[cut, ([0-9]{1,9}) characters, SHA-256 [0-9a-f]{64}\]\Z")
_TEXT_LIMITS: Final = (8_000, 2_000, 500, 100)
"""How many characters a text may keep. The later limits apply if the body is too large."""

_Json: TypeAlias = "str | int | bool | list[_Json] | dict[str, _Json] | None"


@dataclass(frozen=True, slots=True)
class Place:
    """An event's position in its trail.

    `prev` is the leaf hash of the event before it (hexadecimal), or None for the first event. `ts`
    is RFC 3339 in UTC with microseconds.
    """

    log_id: str
    seq: int
    prev: str | None
    ts: str


def write_body(event: Event, place: Place) -> str:
    """Returns an event's canonical text. Shortens and marks texts that are too long for 32 KiB.

    Raises:
        ValueError: the event is still too long.
    """
    for limit in _TEXT_LIMITS:
        body = rfc8785.dumps(_document(event, place, limit))
        if len(body) <= MAX_BODY_BYTES:
            return body.decode()
    raise ValueError("an event has too many parts for one body")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body contains: the event, and its position."""

    event: Event
    place: Place


def read_body(body: str) -> Event:
    """Returns the event in a body.

    Raises:
        ValueError: `write_body` cannot have made the body.
    """
    return parse_body(body).event


def parse_body(body: str | bytes) -> Parsed:
    """Returns the event in a body, and the position that the body states.

    Raises:
        ValueError: `write_body` cannot have made the body.
    """
    if len(body) > MAX_BODY_BYTES:
        raise ValueError("it is longer than 32 KiB")
    return parse_document(msgspec.json.decode(body))


def parse_document(document: object) -> Parsed:
    """Does the same for a body that is decoded already.

    Raises:
        ValueError: `write_body` cannot have made it.
    """
    event, place = msgspec.convert(document, Event), msgspec.convert(document, Place)
    if not isinstance(document, dict) or not _has_all_names(document):
        raise ValueError("it lacks a part, or has an unknown part")
    if document["v"] != VERSION:
        raise ValueError("it has another version")
    if event.action is AuditAction.UNREADABLE:
        raise ValueError("it has an action that is never written")
    return Parsed(event, place)


def _has_all_names(document: dict[str, Any]) -> bool:
    """Returns whether a document, whose values have the right types, has exactly all names."""
    client = document.get("client")
    return (
        document.keys() == _NAMES
        and document["actor"].keys() == _ACTOR_NAMES
        and (client is None or client.keys() == _CLIENT_NAMES)
        and all(change.keys() == _CHANGE_NAMES for change in document["changes"])
    )


def _names_of(kind: "type[DataclassInstance]") -> set[str]:
    return {each.name for each in fields(kind)}


_ACTOR_NAMES: Final = _names_of(Actor)
_CLIENT_NAMES: Final = _names_of(Client)
_CHANGE_NAMES: Final = _names_of(Change)
_NAMES: Final = {"v"} | _names_of(Place) | _names_of(Event)


def is_cut_from(text: str, whole: str) -> bool:
    """Returns whether a text in an event is the shortened form of a whole text."""
    mark = _MARK.format(len(whole), digest_of(whole))
    return cut_mark(text) == mark and whole.startswith(text.removesuffix(mark))


def cut_mark(text: str | None) -> str | None:
    """Returns the mark of a shortened text, with the whole's length and hash, or None without one.

    Only what `write_body` makes counts: a text that is cut to one of its limits, or a text that
    itself looked as if it had been cut, which is kept whole.
    """
    if text is None or not text.endswith("]"):
        return None
    found = _CUT.search(text)
    if found is None:
        return None
    kept, length = found.start(), int(found[1])
    is_cut = length > kept and kept in _TEXT_LIMITS
    is_whole = length == kept and cut_mark(text[:kept]) is not None
    return found[0] if is_cut or is_whole else None


def digest_of(text: str) -> str:
    """Returns a text's SHA-256, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _document(event: Event, place: Place, limit: int) -> dict[str, _Json]:
    def text(value: str | None) -> str | None:
        return None if value is None else _clean(value, limit)

    return {
        "v": VERSION,
        "log_id": place.log_id,
        "seq": place.seq,
        "prev": place.prev,
        "ts": place.ts,
        "action": event.action.value,
        "outcome": event.outcome.value,
        "error_code": event.error_code,
        "actor": {
            "kind": event.actor.kind.value,
            "id": text(event.actor.id),
            "name": text(event.actor.name),
            "role": event.actor.role,
        },
        "client": None if event.client is None else _client(event.client, limit),
        "target": event.target,
        "revision": event.revision,
        "changes": [
            {
                "field": change.field,
                "before": text(change.before),
                "after": text(change.after),
                "redacted": change.redacted,
            }
            for change in event.changes
        ],
        "reason": text(event.reason),
        "correlation_id": event.correlation_id,
        "detail": _detail(event.detail, limit),
    }


def _client(client: Client, limit: int) -> dict[str, _Json]:
    return {
        "ip": client.ip,
        "ip_source": client.ip_source,
        "user_agent": None if client.user_agent is None else _clean(client.user_agent, limit),
        "request_id": _clean(client.request_id, limit),
        "operation": None if client.operation is None else _clean(client.operation, limit),
    }


def _detail(detail: Detail, limit: int) -> dict[str, _Json]:
    return {
        key: _clean(value, limit) if isinstance(value, str) else value
        for key, value in detail.items()
    }


def _clean(text: str, limit: int) -> str:
    """Returns a text that every JSON reader and both databases preserve: no NUL, no lone surrogate.

    A text that is too long keeps its beginning, followed by a mark with the whole's length and
    hash. A text that already looks as if it had been cut gets such a mark as well: otherwise it
    could pass for a shortened form of the text that its own mark describes.
    """
    is_marked = len(text) > limit or cut_mark(text) is not None
    kept = text[:limit] + _MARK.format(len(text), digest_of(text)) if is_marked else text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in kept)
