"""An event's body: the exact bytes that the trail vouches for, RFC 8785 canonical JSON."""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import rfc8785

from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Change, Client, Detail, Event

VERSION: Final = 1
MAX_BODY_BYTES: Final = 32 * 1024
_TEXT_LIMITS: Final = (8_000, 2_000, 500, 100)
"""Characters that a text may keep; the later limits are tried while the body is too large."""

_Json: TypeAlias = "str | int | bool | list[_Json] | dict[str, _Json] | None"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in its trail.

    `prev` is the leaf hash of the event before (hexadecimal), None for the first; `ts` is RFC 3339
    in UTC with microseconds.
    """

    log_id: str
    seq: int
    prev: str | None
    ts: str


def write_body(event: Event, place: Place) -> str:
    """The canonical text of an event. Texts too long for 32 KiB are cut, and say so."""
    for limit in _TEXT_LIMITS:
        body = rfc8785.dumps(_document(event, place, limit))
        if len(body) <= MAX_BODY_BYTES:
            return body.decode()
    raise ValueError("an event has too many parts for one body")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body read: the event, and its place."""

    event: Event
    place: Place


def read_body(body: str) -> Event:
    """The event that a body tells.

    Raises:
        ValueError: the body is not one that `write_body` makes.
    """
    return parse_body(body).event


def parse_body(body: str) -> Parsed:
    """The event that a body tells, and the place that it claims.

    Raises:
        ValueError: the body is not one that `write_body` makes.
    """
    return parse_document(json.loads(body))


def parse_document(document: Any) -> Parsed:  # noqa: ANN401 (whatever JSON gave)
    """The same, of a body that was decoded already.

    Raises:
        ValueError: it is not the document of a body that `write_body` makes.
    """
    try:
        place = Place(document["log_id"], document["seq"], document["prev"], document["ts"])
        actor, client = document["actor"], document["client"]
        event = Event(
            action=AuditAction(document["action"]),
            outcome=AuditOutcome(document["outcome"]),
            actor=Actor(ActorKind(actor["kind"]), actor["id"], actor["name"], actor["role"]),
            target=document["target"],
            client=None if client is None else Client(**client),
            revision=document["revision"],
            changes=tuple(Change(**change) for change in document["changes"]),
            error_code=document["error_code"],
            reason=document["reason"],
            correlation_id=document["correlation_id"],
            detail=document["detail"],
        )
        return Parsed(event, place)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event's body: {error}") from None


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
    """Text that every JSON reader and both databases keep as it is: no NUL, no lone surrogate."""
    kept = text if len(text) <= limit else f"{text[:limit]}… [cut, {len(text)} characters]"
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in kept)
