"""Replaying what became of ended trails: the archive must hold them as they were then.

Each trail that was begun anew tells, in its first event, the digest of the one that it ended; that
one's first event, which is in the archive, tells of the one before it.
"""

from dataclasses import dataclass

from audit.event import AuditAction, Event
from audit.trail import Parsed, read_body
from audit.verify import Findings
from db.engine.database import Session
from db.queries.archive_reading import archived_rows, archived_trails
from service.verify.digests import archive_digest


@dataclass(slots=True)
class ArchiveReplay:
    """Takes the succeeded events in order; `compare` holds the archive against them."""

    findings: Findings
    _reopened: Event | None = None

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        if seq == 0 and parsed.event.action is AuditAction.TRAIL_REOPENED:
            self._reopened = parsed.event

    async def compare(self, session: Session) -> None:
        """Compares the archive, from the trail that ended last to the first one."""
        told: set[str] = set()
        event = self._reopened
        while event is not None:
            log_id = str(event.detail.get("ended_log_id"))
            if log_id in told:
                # Each trail ends once: what leads in a circle was written by nobody of ours.
                self.findings.add("ARCHIVE_DIFFERS", None, f"the trail {log_id} ends twice")
                break
            told.add(log_id)
            if await archive_digest(session, log_id) != event.detail.get("ended_digest"):
                message = f"the trail {log_id} is not there as it was when it ended"
                self.findings.add("ARCHIVE_DIFFERS", None, message)
            event = await _first_event(session, log_id)
        unknown = await archived_trails(session) - told
        if unknown:
            message = f"no event tells of the trail {min(unknown)}"
            self.findings.add("ARCHIVE_DIFFERS", None, message)


async def _first_event(session: Session, log_id: str) -> Event | None:
    """The event by which an ended trail tells of the one before it; None where it was the first."""
    rows = await archived_rows(session, log_id, ("event", -1), 1)
    if not rows or rows[0].kind != "event" or rows[0].position != 0:
        return None
    event = read_body(rows[0].content)
    return event if event.action is AuditAction.TRAIL_REOPENED else None
