"""Events as lines for other programs: CSV for spreadsheets, OCSF for SIEMs."""

import csv
import io
import json
from typing import Final

from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Event, for_every_action
from audit.trail import Recorded
from db.instant import write_instant

OCSF_VERSION: Final = "1.5.0"
"""The version of the schema (schema.ocsf.io), pinned because versions differ in their classes."""

_ENTITY_MANAGEMENT: Final = 3004
_COLUMNS: Final = (
    "sequence",
    "occurred_at",
    "action",
    "outcome",
    "error_code",
    "actor_kind",
    "actor_id",
    "actor_name",
    "actor_role",
    "ip",
    "user_agent",
    "request_id",
    "target",
    "revision",
    "changes",
    "reason",
    "correlation_id",
    "detail",
    "leaf_hash",
)
# A spreadsheet runs a cell that begins like this as a formula; a tab or carriage return can end
# the cell before, so that a formula follows (OWASP, CSV injection).
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
# Class 3004 of OCSF 1.x: activity 99 is "other", for which the producer chooses the name.
_ACTIVITIES: Final = for_every_action(
    {
        AuditAction.EMAIL_SETTINGS_UPDATED: (3, "Update"),
        AuditAction.EMAIL_SETTINGS_RESTORED: (3, "Update"),
        AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED: (3, "Update"),
        AuditAction.TEST_EMAIL_REQUESTED: (99, "TEST_EMAIL_REQUESTED"),
        AuditAction.TEST_EMAIL_FINISHED: (99, "TEST_EMAIL_FINISHED"),
        AuditAction.ACCESS_TOKEN_CREATED: (1, "Create"),
        AuditAction.ACCESS_TOKEN_REVOKED: (4, "Delete"),
        AuditAction.ACCESS_DENIED: (99, "ACCESS_DENIED"),
        AuditAction.AUDIT_EXPORTED: (2, "Read"),
        AuditAction.SIGNING_KEY_CHANGED: (3, "Update"),
        AuditAction.ENCRYPTION_KEY_CHANGED: (3, "Update"),
        AuditAction.TRAIL_REOPENED: (99, "TRAIL_REOPENED"),
        AuditAction.UNREADABLE: (99, "UNREADABLE"),
    }
)
_STATUSES: Final = {
    AuditOutcome.SUCCEEDED: (1, "Success"),
    AuditOutcome.FAILED: (2, "Failure"),
    AuditOutcome.DENIED: (2, "Failure"),
    AuditOutcome.UNKNOWN: (0, "Unknown"),
}
_INFORMATIONAL: Final = 1


def _cells(values: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(_defused(value) for value in values)
    return text.getvalue().encode()


def _defused(value: object) -> object:
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


CSV_HEADER: Final = _cells(_COLUMNS)


def csv_line(recorded: Recorded) -> bytes:
    """Writes an event as a line of CSV (RFC 4180).

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    event = recorded.event
    client = event.client
    changes = [
        {"field": each.field, "before": each.before, "after": each.after} for each in event.changes
    ]
    return _cells(
        (
            recorded.seq,
            write_instant(recorded.occurred_at),
            event.action.value,
            event.outcome.value,
            event.error_code,
            event.actor.kind.value,
            event.actor.id,
            event.actor.name,
            event.actor.role,
            None if client is None else client.ip,
            None if client is None else client.user_agent,
            None if client is None else client.request_id,
            event.target,
            event.revision,
            _json(changes) if changes else None,
            event.reason,
            event.correlation_id,
            _json(event.detail) if event.detail else None,
            recorded.leaf,
        )
    )


def ocsf_line(recorded: Recorded, origin: str) -> bytes:
    """Writes an event as a line of JSON in OCSF's class 3004, Entity Management."""
    event = recorded.event
    activity, activity_name = _ACTIVITIES[event.action]
    status, status_name = _STATUSES[event.outcome]
    document: dict[str, object] = {
        "class_uid": _ENTITY_MANAGEMENT,
        "class_name": "Entity Management",
        "category_uid": _ENTITY_MANAGEMENT // 1000,
        "category_name": "Identity & Access Management",
        "activity_id": activity,
        "activity_name": activity_name,
        "type_uid": _ENTITY_MANAGEMENT * 100 + activity,
        "severity_id": _INFORMATIONAL,
        "status_id": status,
        "status": status_name,
        "status_code": event.error_code,
        "status_detail": event.outcome.value,
        "time": int(recorded.occurred_at.timestamp() * 1000),
        "message": event.action.value,
        "comment": event.reason,
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Postledger", "vendor_name": "Postledger"},
            "log_name": origin,
            "sequence": recorded.seq,
            "uid": recorded.leaf,
            "correlation_uid": event.correlation_id,
        },
        "actor": {"user": _user(event.actor)},
        "entity": {"name": event.target, "type": event.target, "version": _revision(event)},
        "unmapped": {
            "changes": [
                {"field": each.field, "before": each.before, "after": each.after}
                for each in event.changes
            ],
            "detail": dict(event.detail),
        },
    }
    if event.client is not None:
        document["src_endpoint"] = {"ip": event.client.ip}
        document["http_request"] = {
            "uid": event.client.request_id,
            "user_agent": event.client.user_agent,
        }
    return _json(_without_nulls(document)).encode() + b"\n"


def _user(actor: Actor) -> dict[str, object]:
    system = 3  # OCSF's `user.type_id` of a system account
    return {
        "uid": actor.id,
        "name": actor.name,
        "type_id": system if actor.kind is ActorKind.SYSTEM else 0,
    }


def _revision(event: Event) -> str | None:
    return None if event.revision is None else str(event.revision)


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
