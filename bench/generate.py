"""Generates a trail of any length: the rows that the service would have written for its events.

There is one checkpoint per event. `bench.fill` writes the rows into databases, in batches.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, TypeAlias

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.event import (
    SYSTEM,
    Actor,
    ActorKind,
    AuditAction,
    AuditOutcome,
    Change,
    Client,
    Event,
)
from audit.trail.body import Place, read_body, write_body
from audit.trail.words import event_words
from db.instant import read_instant, write_instant

Rows: TypeAlias = Mapping[str, list[tuple[Any, ...]]]

COLUMNS: Final = {
    "audit_event": ("seq", "body", "leaf", "prev"),
    "audit_node": ("level", "idx", "hash"),
    "audit_search": ("seq", "words"),
    "audit_checkpoint": ("size", "note"),
    "email_settings_revision": (
        *("scope", "revision", "smtp_host", "smtp_port", "enable_secure_connection", "tls_mode"),
        *("trusted_certificates", "auth_mechanism", "timeout_seconds", "created_at"),
        *("actor_kind", "actor_id", "actor_name", "reason", "audit_seq"),
    ),
    "test_email": (
        *("id", "number", "outcome", "depth", "recipient", "revision", "used_unsaved_changes"),
        *("values_digest", "report", "actor_kind", "actor_id", "actor_name", "owner"),
        *("started_at", "finished_at"),
    ),
    "access_token": (
        *("id", "number", "name", "role", "token_hash", "created_at"),
        *("actor_kind", "actor_id", "actor_name"),
    ),
}
"""The tables to fill, with their columns."""

_REPORT = "{}"
_STEP = 5_000
_START = read_instant("2026-01-01T00:00:00.000000Z")
_ACTORS = [
    Actor(ActorKind.ACCESS_TOKEN, f"actor-{number}", f"Operator {number}", "ADMINISTRATOR")
    for number in range(40)
]


def generate_events(count: int) -> Iterator[Event]:
    """Yields events as a service has them: new tokens, then changes, refusals and tests."""
    yield from map(_created, _ACTORS)
    chance = random.Random(1)  # noqa: S311 (made up, not secret)
    revision, host = 0, None
    actor, test = _ACTORS[0], 0
    for number in range(len(_ACTORS), count):
        client = Client("192.0.2.7", "peer", "browser/1.0", f"{number:032x}", "Save")
        place = number % 4
        if place in {0, 2}:
            actor = chance.choice(_ACTORS)
        if place == 0 or (place == 1 and number % 8 == 1):
            revision += 1
            before, host = host, f"mail{number}.example.com"
            yield Event(
                AuditAction.EMAIL_SETTINGS_UPDATED,
                AuditOutcome.SUCCEEDED,
                actor,
                "email_settings",
                client=client,
                revision=revision,
                changes=(Change("smtpHost", before, host),),
                reason=f"ticket {number}",
            )
        elif place == 1:
            yield Event(
                AuditAction.ACCESS_DENIED,
                AuditOutcome.DENIED,
                actor,
                "api",
                client=client,
                error_code="FORBIDDEN",
                detail={"fields": "auditEvents"},
            )
        elif place == 2:  # noqa: PLR2004 (requested here; the next event ends it)
            test = number
            yield Event(
                AuditAction.TEST_EMAIL_REQUESTED,
                AuditOutcome.SUCCEEDED,
                actor,
                "test_email",
                client=client,
                revision=revision,
                correlation_id=f"test-{test}",
                detail={
                    "depth": "SEND",
                    "recipient": f"person{test % 997}@example.org",
                    "unsaved_changes": False,
                    "values_digest": f"{test:064x}",
                },
            )
        else:
            failed = chance.random() < 0.1  # noqa: PLR2004 (one in ten)
            yield Event(
                AuditAction.TEST_EMAIL_FINISHED,
                AuditOutcome.FAILED if failed else AuditOutcome.SUCCEEDED,
                actor,
                "test_email",
                client=client,
                revision=revision,
                error_code="CREDENTIALS_REJECTED" if failed else None,
                correlation_id=f"test-{test}",
                detail={
                    "test_outcome": "FAILED" if failed else "ACCEPTED",
                    "report_digest": sha256(_REPORT.encode()).hexdigest(),
                },
            )


@dataclass
class GeneratedTrail:
    """A trail while it is generated, with the values that its head row needs in the end."""

    log_id: str
    origin: str
    signer: Signer
    size: int = 0
    revision: int = 0
    tests: int = 0
    frontier: tree.Frontier = ()
    last_leaf: str | None = None
    last_ts: str = ""

    def batches(self, count: int) -> Iterator[Rows]:
        """Yields the rows by table, in batches."""
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS}
        requested: tuple[Event, str] | None = None
        for event in generate_events(count):
            ts = write_instant(_START + timedelta(seconds=self.size))
            self._append(event, ts, rows)
            if event.action is AuditAction.EMAIL_SETTINGS_UPDATED:
                self.revision += 1
                rows["email_settings_revision"].append(_revision(event, self.size - 1, ts))
            elif event.action is AuditAction.ACCESS_TOKEN_CREATED:
                rows["access_token"].append(_token(event, ts, self.size))
            elif event.action is AuditAction.TEST_EMAIL_REQUESTED:
                requested = event, ts
                self.tests += 1
            elif event.action is AuditAction.TEST_EMAIL_FINISHED and requested is not None:
                rows["test_email"].append(_test(*requested, event, ts, self.tests))
            if self.size % _STEP == 0:
                yield rows
                rows = {name: [] for name in COLUMNS}
        yield rows

    def _append(self, event: Event, ts: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        body = write_body(event, Place(self.log_id, self.size, self.last_leaf, ts))
        growth = tree.append(self.frontier, self.size, tree.leaf_hash(body.encode()))
        leaf = growth.nodes[0].hash.hex()
        rows["audit_event"].append((self.size, body, leaf, self.last_leaf))
        rows["audit_node"] += growth.nodes
        rows["audit_search"].append((self.size, event_words(read_body(body))))
        self.frontier, self.last_leaf, self.last_ts = growth.frontier, leaf, ts
        self.size += 1
        checkpoint = Checkpoint(self.origin, self.size, tree.root_hash(self.frontier))
        rows["audit_checkpoint"].append((self.size, sign_checkpoint(checkpoint, self.signer)))


def _created(token: Actor) -> Event:
    return Event(
        AuditAction.ACCESS_TOKEN_CREATED,
        AuditOutcome.SUCCEEDED,
        SYSTEM,
        "access_token",
        changes=(
            Change("name", None, token.name),
            Change("role", None, token.role),
            Change("expiresAt", None, None),
        ),
        # A token's row has the hash of its text; here the actor's id serves as one.
        detail={"token_id": token.id, "token_mark": sha256(str(token.id).encode()).hexdigest()},
    )


def _token(event: Event, ts: str, number: int) -> tuple[Any, ...]:
    name, role, _ = (change.after for change in event.changes)
    token_id, maker = event.detail["token_id"], event.actor
    return (token_id, number, name, role, token_id, ts, maker.kind.value, maker.id, maker.name)


def _revision(event: Event, seq: int, ts: str) -> tuple[Any, ...]:
    actor, host = event.actor, event.changes[0].after
    return (
        *("host", event.revision, host, 587, True, "AUTO", "[]", "AUTO", 30, ts),
        *(actor.kind.value, actor.id, actor.name, event.reason, seq),
    )


def _test(
    requested: Event, started_at: str, ended: Event, finished_at: str, number: int
) -> tuple[Any, ...]:
    actor, detail = requested.actor, requested.detail
    return (
        *(requested.correlation_id, number, ended.detail["test_outcome"], detail["depth"]),
        *(detail["recipient"], requested.revision, False, detail["values_digest"], _REPORT),
        *(actor.kind.value, actor.id, actor.name, 0, started_at, finished_at),
    )
