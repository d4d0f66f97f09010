"""Replaying the test emails: what was asked for, and how each ended.

Tests that have ended are compared step by step, so that memory does not grow with the trail.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from audit.event import AuditAction, AuditOutcome, Event
from audit.trail import Parsed
from audit.verify import Findings
from db.engine.database import Session
from db.queries import email_tests as queries
from db.queries.trail_reading import count_rows
from db.tables import EmailTestRow
from service.process.marks import report_digest
from service.verify.digests import tests_digest
from service.verify.settings import SettingsReplay, is_told

Facts: TypeAlias = dict[str, str | int | bool | None]

_DESTINATION: Final = {"host": "smtpHost", "port": "smtpPort"}
"""What an event tells of a test's destination, by the settings' names."""


@dataclass(slots=True)
class EmailTestsReplay:
    """Takes all events in order; `compare` holds the test emails against them.

    `settings` has followed the same events.
    """

    settings: SettingsReplay
    findings: Findings
    _running: dict[str, Facts] = field(default_factory=dict)
    _due: dict[str, tuple[int, Facts]] = field(default_factory=dict)
    _requested: int = 0
    _known: int = 0
    """How many a new trail found; a digest vouches for those that had ended."""
    _digest: str | None = None
    _ended_since: set[str] = field(default_factory=set)
    """Those that were under way when the trail began."""

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        event, detail = parsed.event, parsed.event.detail
        test_id = event.correlation_id or ""
        if event.action is AuditAction.TRAIL_REOPENED:
            known = detail.get("tests")
            self._known = known if isinstance(known, int) else 0
            self._digest = str(detail.get("tests_digest"))
        elif event.action is AuditAction.TEST_EMAIL_REQUESTED:
            if event.outcome is AuditOutcome.SUCCEEDED:
                self._hold(seq, event)
                self._requested += 1
                told = ("depth", "recipient", "unsaved_changes", "values_digest")
                self._running[test_id] = {
                    **{name: detail.get(name) for name in told},
                    "revision": event.revision,
                    "number": self._known + self._requested,
                    "actor_kind": event.actor.kind,
                    "actor_id": event.actor.id,
                    "actor_name": event.actor.name,
                    "started_at": parsed.place.ts,
                }
        elif event.action is AuditAction.TEST_EMAIL_FINISHED:
            if test_id not in self._running:
                self._ended_since.add(test_id)
            told_now = {
                "outcome": detail.get("test_outcome"),
                "report": detail.get("report_digest"),
                "finished_at": parsed.place.ts,
            }
            self._due[test_id] = (seq, self._running.pop(test_id, {}) | told_now)

    def _hold(self, seq: int, event: Event) -> None:
        """Sees that a test was of the settings in force: others may have stood there meanwhile."""
        wrong = [] if event.revision == self.settings.revision else ["revision"]
        if event.detail.get("unsaved_changes") is False:
            wrong += [
                name
                for name, field in _DESTINATION.items()
                if name in event.detail
                and not self.settings.is_in_force(field, str(event.detail[name]))
            ]
        if wrong:
            message = f"its {' and '.join(wrong)} is not that of the settings then in force"
            self.findings.add("TESTS_DIFFER", seq, message)

    async def compare_due(self, session: Session) -> None:
        """Compares the tests that have ended since the last time."""
        due, self._due = self._due, {}
        if due:
            await self._compare(session, due)

    async def compare(self, session: Session) -> None:
        """Compares the tests under way, and that there are no others."""
        running = {
            test_id: (None, told | {"outcome": queries.RUNNING, "finished_at": None})
            for test_id, told in self._running.items()
        }
        await self._compare(session, running)
        expected = self._known + self._requested
        found = await count_rows(session, "test_email")
        if found != expected:
            message = f"there are {found}, and the trail tells of {expected}"
            self.findings.add("TESTS_DIFFER", None, message)
        if self._digest is not None:
            digest = await tests_digest(session, self._known, self._ended_since)
            if digest != self._digest:
                message = f"the first {self._known} are not those that this trail began with"
                self.findings.add("TESTS_DIFFER", None, message)

    async def _compare(
        self, session: Session, told: dict[str, tuple[int, Facts]] | dict[str, tuple[None, Facts]]
    ) -> None:
        rows = await queries.email_tests_by_id(session, told)
        for test_id, (seq, facts) in told.items():
            wrong = _differences(facts, rows.get(test_id))
            if wrong:
                message = f"the test {test_id} has another {wrong}"
                self.findings.add("TESTS_DIFFER", seq, message)


def _differences(told: Facts, row: EmailTestRow | None) -> str:
    if row is None:
        return "place: it is not there"
    shown: Facts = {
        "depth": row.depth,
        "recipient": row.recipient,
        "unsaved_changes": row.used_unsaved_changes,
        "values_digest": row.values_digest,
        "revision": row.revision,
        "number": row.number,
        "actor_kind": row.actor_kind,
        "actor_id": row.actor_id,
        "actor_name": row.actor_name,
        "started_at": row.started_at,
        "outcome": row.outcome,
        "report": report_digest(row),
        "finished_at": row.finished_at,
    }
    if told.items() <= shown.items():
        return ""
    return ", ".join(name for name, value in told.items() if not _is_told(value, shown[name]))


def _is_told(told: object, shown: object) -> bool:
    if isinstance(told, str) and isinstance(shown, str):
        return is_told(told, shown)
    return told == shown
