"""Reopening: ending a trail that cannot go on, and beginning a new one.

The signer refuses a database that does not continue what it signed before. Reopening is the only
way on, and it is visible: the new trail's first event says that it happened and why.
"""

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
from service.values.secret_names import SecretName
from service.values.settings_values import NOTHING_SAVED
from service.verify.digests import (
    archive_digest,
    revisions_digest,
    secrets_digest,
    tests_digest,
    tokens_digest,
)
from service.verify.secrets import newest_version_in, versions_name

TARGET: Final = "trail"


class CannotReopenError(Exception):
    """The reason is missing or invalid, or there is no signing key. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The new trail's first checkpoint, as a signed note, and the origin of the ended one."""

    note: str
    ended: str


async def reopen_trail(runtime: Runtime, caller: Caller, reason: str, name: str) -> Reopened:
    """Ends the trail and begins a new one, whose first event says so.

    That event contains the reason, the ended trail's last checkpoint in the database and the one in
    the signer's memory, the settings in force, and digests of the rows that exist already. The new
    trail vouches for all of these from then on (docs/decisions.md). The ended trail's events,
    checkpoints and keys are moved into the archive.

    Args:
        runtime: the runtime of a command; its trail need not be open.
        caller: who reopens the trail.
        reason: why; the auditors read it.
        name: the first part of the new trail's origin.

    Raises:
        CannotReopenError: the reason is missing or invalid, or there is no signing key.
    """
    if not reason.strip() or not is_reason(reason):
        raise CannotReopenError(
            f"Say why, for the auditors, in one line of at most {MAX_REASON} characters."
        )
    async with runtime.database.transaction() as session:
        head = await events.lock_head(session)
        ended = head.origin or head.log_id
        newest = await stored.newest_checkpoint(session)
        await archive_trail(session, head.log_id)
        ended_trail: Detail = {
            "database_checkpoint": None if newest is None else newest.note,
            "remembered_checkpoint": runtime.trail.memory.note,
            "ended_log_id": head.log_id,
            "ended_digest": await archive_digest(session, head.log_id),
        }
        event = await _event(session, runtime, caller, reason, ended_trail)
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
    # The signer's memory is of one trail and refuses the checkpoints of any other.
    runtime.trail.memory.replace(note)
    return Reopened(note, ended)


async def _event(
    session: Session, runtime: Runtime, caller: Caller, reason: str, ended_trail: Detail
) -> Event:
    """Builds the new trail's first event: which trail ended, and digests of the existing rows."""
    current = await load_current(session, runtime.scope, runtime.keys)
    rows = await token_rows(session)
    fingerprints = await fingerprint_rows(session)
    tests = await count_rows(session, "test_email")
    existing_rows: Detail = {
        "revisions_digest": await revisions_digest(session, runtime.scope, current.revision),
        "tokens": max((row.number for row in rows), default=0),
        "tokens_digest": tokens_digest(rows),
        "secrets_digest": secrets_digest(fingerprints),
        **{versions_name(name): newest_version_in(name, fingerprints) for name in SecretName},
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
        detail={**ended_trail, **existing_rows},
    )
