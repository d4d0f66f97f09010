"""Beginning a new trail where the old one cannot go on: the one way past a signer that refuses."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from audit.event import AuditAction, AuditOutcome, Detail, Event
from audit.trail import append, open_fresh
from db.engine.database import Session
from db.queries import events
from db.queries import tree as stored
from db.queries.archive import archive_trail
from db.queries.secrets import fingerprint_rows
from db.queries.tokens import token_rows
from db.queries.trail_reading import count_rows
from service.process.caller import Caller
from service.process.runtime import Runtime
from service.settings.saving import MAX_REASON, is_reason
from service.settings.state import load_current
from service.values.changes import compare
from service.values.settings_values import NOTHING_SAVED, SecretName
from service.verify.digests import (
    archive_digest,
    revisions_digest,
    secrets_digest,
    tests_digest,
    tokens_digest,
)
from service.verify.secrets import newest_of, numbers_name

TARGET: Final = "trail"


class CannotReopenError(Exception):
    """Nobody says why, or there is no key to sign a new trail with. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The new trail's first checkpoint, as a signed note, and the origin of the ended one."""

    note: str
    ended: str


async def reopen_trail(runtime: Runtime, caller: Caller, reason: str, name: str) -> Reopened:
    """Ends the trail and begins a new one, whose first event says so.

    That event holds the ended trail's last checkpoint in the database and the one that the signer
    remembers, the reason, and the settings in force, which the new trail vouches for from then on.
    The ended trail's events, checkpoints and keys are kept in the archive table.

    Args:
        runtime: of a command, whose trail need not be open.
        caller: who asks.
        reason: why.
        name: the first part of the new trail's origin.
    """
    if not reason.strip() or not is_reason(reason):
        raise CannotReopenError(
            f"Say why, for the auditors: in one line of at most {MAX_REASON} characters."
        )
    async with runtime.database.transaction() as session:
        head = await events.lock_head(session)
        ended = head.origin or head.log_id
        newest = await stored.newest_checkpoint(session)
        await archive_trail(session, head.log_id)
        ends: Detail = {
            "database_checkpoint": None if newest is None else newest.note,
            "remembered_checkpoint": runtime.trail.memory.note,
            "ended_log_id": head.log_id,
            "ended_digest": await archive_digest(session, head.log_id),
        }
        event = await _event(session, runtime, caller, reason, ends)
        head.log_id, head.origin = str(uuid4()), None
        head.size, head.frontier, head.verifier_key = 0, None, None
        head.last_leaf = head.last_ts = None
        session.add(head)
        await session.flush()
        missing = await open_fresh(session, runtime.trail, name)
        if missing is not None:
            raise CannotReopenError(missing.message)
        await append(session, event, runtime.clock)
        note = await stored.checkpoint_note(session, 1) or ""
    # The memory keeps to one trail, so it is told of the change of trails.
    runtime.trail.memory.begin_anew(note)
    return Reopened(note, ended)


async def _event(
    session: Session, runtime: Runtime, caller: Caller, reason: str, ends: Detail
) -> Event:
    """The first event: what ended, and what stands there, for which nothing else vouches now."""
    current = await load_current(session, runtime.scope, runtime.keys)
    rows = await token_rows(session)
    numbered = await fingerprint_rows(session)
    tests = await count_rows(session, "test_email")
    found: Detail = {
        "revisions_digest": await revisions_digest(session, runtime.scope, current.revision),
        "tokens": max((row.number for row in rows), default=0),
        "tokens_digest": tokens_digest(rows),
        "secrets_digest": secrets_digest(numbered),
        **{numbers_name(name): newest_of(name, numbered) for name in SecretName},
        "tests": tests,
        "tests_digest": await tests_digest(session, tests, ()),
    }
    return caller.event(
        AuditAction.TRAIL_REOPENED,
        AuditOutcome.SUCCEEDED,
        TARGET,
        revision=current.revision,
        changes=compare(NOTHING_SAVED, current.values),
        reason=reason,
        detail={**ends, **found},
    )
