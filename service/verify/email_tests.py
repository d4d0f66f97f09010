"""Replaying the test emails: what each was requested with, and how each ended."""

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
from service.verify.settings import SettingsReplay, matches

Facts: TypeAlias = dict[str, str | int | bool | None]

_DESTINATION: Final = {"host": "smtpHost", "port": "smtpPort"}
"""Where an event says that a test connects to, each with the setting that it is compared with."""


@dataclass(slots=True)
class EmailTestsReplay:
    """Folds the events on test emails into what each test's row must contain.

    A test has two events, requested and finished. When it has ended, its row is final, so
    `compare_due` compares it and forgets it; `compare` compares the tests that still run.

    `settings` is the replay of the settings, which has taken the same events.
    """

    settings: SettingsReplay
    findings: Findings
    _running: dict[str, Facts] = field(default_factory=dict)
    _due: dict[str, tuple[int, Facts]] = field(default_factory=dict)
    _requested: int = 0
    _inherited: int = 0
    """How many tests are inherited. The digest covers those that had ended before."""
    _digest: str | None = None
    """The digest of the inherited tests that had ended."""
    _ended_since: set[str] = field(default_factory=set)
    """The inherited tests that were still running when the trail was reopened, and have ended."""

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one event."""
        event, detail = parsed.event, parsed.event.detail
        test_id = event.correlation_id or ""
        if event.action is AuditAction.TRAIL_REOPENED:
            inherited = detail.get("tests")
            self._inherited = inherited if isinstance(inherited, int) else 0
            digest = detail.get("tests_digest")
            self._digest = digest if isinstance(digest, str) else None
        elif event.action is AuditAction.TEST_EMAIL_REQUESTED:
            if event.outcome is AuditOutcome.SUCCEEDED:
                self._check_settings(seq, event)
                self._requested += 1
                same = ("depth", "recipient", "unsaved_changes", "values_digest")
                self._running[test_id] = {
                    **{name: detail.get(name) for name in same},
                    "revision": event.revision,
                    "number": self._inherited + self._requested,
                    "actor_kind": event.actor.kind,
                    "actor_id": event.actor.id,
                    "actor_name": event.actor.name,
                    "started_at": parsed.place.ts,
                }
        elif event.action is AuditAction.TEST_EMAIL_FINISHED:
            if test_id not in self._running:
                self._ended_since.add(test_id)
            end = {
                "outcome": detail.get("test_outcome"),
                "report": detail.get("report_digest"),
                "finished_at": parsed.place.ts,
            }
            self._due[test_id] = (seq, self._running.pop(test_id, {}) | end)

    def _check_settings(self, seq: int, event: Event) -> None:
        """Checks that a test used the settings in force.

        An attacker who can write into the database can change the settings, wait for a test and
        restore them. The table shows nothing afterwards, but the test's event, which the service
        signed, has the revision, host and port that it used (docs/decisions.md).
        """
        wrong = [] if event.revision == self.settings.revision else ["revision"]
        # With unsaved changes, a test may connect to another host and port than the settings'.
        if event.detail.get("unsaved_changes") is False:
            wrong += [
                name
                for name, field in _DESTINATION.items()
                if name in event.detail
                and not self.settings.is_in_force(field, str(event.detail[name]))
            ]
        if wrong:
            differ = "differs" if len(wrong) == 1 else "differ"
            message = f"its {' and '.join(wrong)} {differ} from the settings then in force"
            self.findings.add("TESTS_DIFFER", seq, message)

    async def compare_due(self, session: Session) -> None:
        """Compares the tests that have ended since the last call with their rows."""
        due, self._due = self._due, {}
        if due:
            await self._compare(session, due)

    async def compare(self, session: Session) -> None:
        """Compares the tests that still run, the number of all tests, and the inherited tests."""
        running = {
            test_id: (None, facts | {"outcome": queries.RUNNING, "finished_at": None})
            for test_id, facts in self._running.items()
        }
        await self._compare(session, running)
        expected = self._inherited + self._requested
        found = await count_rows(session, "test_email")
        if found != expected:
            message = f"{found} test emails are stored, but the trail records {expected}"
            self.findings.add("TESTS_DIFFER", None, message)
        if self._digest is not None:
            digest = await tests_digest(session, self._inherited, self._ended_since)
            if digest != self._digest:
                message = (
                    f"the test emails up to number {self._inherited} do not match the digest in "
                    "the trail's first event"
                )
                self.findings.add("TESTS_DIFFER", None, message)

    async def _compare(
        self,
        session: Session,
        expected: dict[str, tuple[int, Facts]] | dict[str, tuple[None, Facts]],
    ) -> None:
        rows = await queries.email_tests_by_id(session, expected)
        for test_id, (seq, facts) in expected.items():
            row = rows.get(test_id)
            if row is None:
                message = f"the test email {test_id} is missing from the database"
                self.findings.add("TESTS_DIFFER", seq, message)
            elif wrong := _differences(facts, row):
                message = f"the test email {test_id} differs from its events in {wrong}"
                self.findings.add("TESTS_DIFFER", seq, message)


def _differences(facts: Facts, row: EmailTestRow) -> str:
    """Returns the names of the facts that differ in the row, separated by commas."""
    stored: Facts = {
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
    if facts.items() <= stored.items():
        return ""
    return ", ".join(name for name, value in facts.items() if not _matches(value, stored[name]))


def _matches(recorded: object, stored: object) -> bool:
    if isinstance(recorded, str) and isinstance(stored, str):
        return matches(recorded, stored)
    return recorded == stored
