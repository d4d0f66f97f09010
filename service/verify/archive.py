"""Replaying the archive: each ended trail must be stored as it was when it ended.

The first event of a reopened trail, TRAIL_REOPENED, holds a digest of the trail that it replaced.
If that trail had itself replaced an earlier one, its first event, which is in the archive, holds
the digest of the earlier one. So the digests form a chain from the trail in use back to the first.
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
    """Keeps the event that reopened the trail; `compare` follows the chain that begins there."""

    findings: Findings
    _reopened: Event | None = None

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one succeeded event."""
        if seq == 0 and parsed.event.action is AuditAction.TRAIL_REOPENED:
            self._reopened = parsed.event

    async def compare(self, session: Session) -> None:
        """Compares each ended trail with its digest, from the newest one back to the first."""
        chain: set[str] = set()
        event = self._reopened
        while event is not None:
            log_id = str(event.detail.get("ended_log_id"))
            if log_id in chain:
                # An edited event can refer to a trail further on; the loop would then never end.
                self._find(f"the chain of ended trails contains the trail {log_id} twice")
                break
            chain.add(log_id)
            if await archive_digest(session, log_id) != event.detail.get("ended_digest"):
                self._find(
                    f"the archived trail {log_id} does not match the digest that was recorded "
                    "when it ended"
                )
            event = await _reopening_event(session, log_id)
        unknown = await archived_trails(session) - chain
        if unknown:
            self._find(f"the archive contains the trail {min(unknown)}, whose end no event records")

    def _find(self, message: str) -> None:
        self.findings.add("ARCHIVE_DIFFERS", None, message)


async def _reopening_event(session: Session, log_id: str) -> Event | None:
    """Returns the archived trail's first event if it replaced an earlier trail, else None."""
    rows = await archived_rows(session, log_id, ("event", -1), 1)
    if not rows or rows[0].kind != "event" or rows[0].position != 0:
        return None
    event = read_body(rows[0].content)
    return event if event.action is AuditAction.TRAIL_REOPENED else None
