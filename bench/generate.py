"""Makes a trail of any length in a SQLite file, as fast as the file takes it.

The rows are those that the service would have written, one checkpoint an event included; only
they are written many at a time, past the service.
"""

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from audit import tree
from audit.body import Place, read_body, write_body
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Change, Client, Event
from audit.note_keys import Signer
from audit.words import event_words
from db.instant import read_instant, write_instant

_STEP = 5_000
_START = read_instant("2026-01-01T00:00:00.000000Z")
_ACTORS = [
    Actor(ActorKind.ACCESS_TOKEN, f"actor-{number}", f"Operator {number}", "ADMINISTRATOR")
    for number in range(40)
]


def some_events(count: int) -> Iterator[Event]:
    """Events such as a service has: mostly tests, some changes, some refusals."""
    chance = random.Random(1)  # noqa: S311 (made up, not secret)
    revision, host = 0, None
    for number in range(count):
        actor = chance.choice(_ACTORS)
        client = Client("192.0.2.7", "peer", "browser/1.0", f"{number:032x}", "Save")
        if number % 4 == 0:
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
                correlation_id=f"test-{number}",
                detail={"recipient": f"person{number % 997}@example.org"},
            )


def fill(file: Path, seed: bytes, count: int) -> None:
    """Fills an empty, opened trail (`open_runtime` was there once)."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger' AND name LIKE '%_in_order'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    log_id, origin = connection.execute("SELECT log_id, origin FROM audit_head").fetchone()
    signer = Signer.from_seed(origin, seed)
    frontier: tree.Frontier = ()
    prev: str | None = None
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INSERTS}
    body = ts = ""
    for seq, event in enumerate(some_events(count)):
        ts = write_instant(_START + timedelta(seconds=seq))
        body = write_body(event, Place(log_id, seq, prev, ts))
        growth = tree.append(frontier, seq, tree.leaf_hash(body.encode()))
        frontier = growth.frontier
        leaf = growth.nodes[0].hash.hex()
        rows["audit_event"].append((seq, body, leaf, prev))
        rows["audit_node"] += growth.nodes
        rows["audit_search"].append((seq, event_words(read_body(body))))
        checkpoint = Checkpoint(origin, seq + 1, tree.root_hash(frontier))
        rows["audit_checkpoint"].append((seq + 1, sign_checkpoint(checkpoint, signer)))
        if event.action is AuditAction.EMAIL_SETTINGS_UPDATED:
            rows["email_settings_revision"].append(_revision(event, seq, ts))
        prev = leaf
        if len(rows["audit_event"]) == _STEP:
            _write(connection, rows)
    _write(connection, rows)
    connection.execute(
        "UPDATE audit_head SET size = ?, last_leaf = ?, last_ts = ?, frontier = ?",
        (count, prev, ts, b"".join(frontier)),
    )
    connection.execute(
        "UPDATE email_settings SET revision = (SELECT MAX(revision) FROM email_settings_revision)"
    )
    connection.commit()
    connection.close()


_INSERTS = {
    "audit_event": "INSERT INTO audit_event (seq, body, leaf, prev) VALUES (?, ?, ?, ?)",
    "audit_node": "INSERT INTO audit_node (level, idx, hash) VALUES (?, ?, ?)",
    "audit_search": "INSERT INTO audit_search (seq, words) VALUES (?, ?)",
    "audit_checkpoint": "INSERT INTO audit_checkpoint (size, note) VALUES (?, ?)",
    "email_settings_revision": (
        "INSERT INTO email_settings_revision (scope, revision, smtp_host, smtp_port, "
        "enable_secure_connection, tls_mode, trusted_certificates, auth_mechanism, "
        "timeout_seconds, created_at, actor_kind, actor_id, actor_name, reason, audit_seq) "
        "VALUES ('host', ?, ?, 587, 1, 'AUTO', '[]', 'AUTO', 30, ?, ?, ?, ?, ?, ?)"
    ),
}


def _revision(event: Event, seq: int, ts: str) -> tuple[Any, ...]:
    actor = event.actor
    host = event.changes[0].after
    return (event.revision, host, ts, actor.kind.value, actor.id, actor.name, event.reason, seq)


def _write(connection: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for name, waiting in rows.items():
        connection.executemany(_INSERTS[name], waiting)
        waiting.clear()
    connection.commit()
