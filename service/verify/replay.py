"""Replaying the trail: the rest of the database must be what the events lead to.

Each projection folds the events into the state that its part of the database must have, and adds a
finding where the database differs:

- `take` folds one event. Events come in the trail's order.
- `compare_due` compares what no later event can change. It is called after every step of events,
  so that memory does not grow with the trail.
- `compare` compares the rest, after the last event.

When a trail is reopened, the database already has revisions, tokens, tests and secrets of which the
new trail has no events. The projections call these rows inherited. The first event of the new
trail, TRAIL_REOPENED, holds digests of them, and the replay computes the same digests from the rows
(docs/decisions.md).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from audit.event import AuditAction, AuditOutcome, for_every_action
from audit.trail import Parsed
from audit.verify import Findings, reading_from
from db.engine.database import Session
from service.process.keys import KeySource
from service.verify.actors import ActorsReplay
from service.verify.archive import ArchiveReplay
from service.verify.email_tests import EmailTestsReplay
from service.verify.secrets import SecretsReplay
from service.verify.settings import SettingsReplay
from service.verify.tokens import TokensReplay


class Projection(Enum):
    """A part of the database that follows from the events of some actions."""

    SETTINGS = auto()
    SECRETS = auto()
    TOKENS = auto()
    TESTS = auto()
    ARCHIVE = auto()


_SETTINGS: Final = (Projection.SETTINGS, Projection.SECRETS)

PROJECTIONS: Final = for_every_action(
    {
        AuditAction.EMAIL_SETTINGS_UPDATED: _SETTINGS,
        AuditAction.EMAIL_SETTINGS_RESTORED: _SETTINGS,
        AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED: (),
        AuditAction.TEST_EMAIL_REQUESTED: (Projection.TESTS,),
        AuditAction.TEST_EMAIL_FINISHED: (Projection.TESTS,),
        AuditAction.ACCESS_TOKEN_CREATED: (Projection.TOKENS,),
        AuditAction.ACCESS_TOKEN_REVOKED: (Projection.TOKENS,),
        AuditAction.ACCESS_DENIED: (),
        AuditAction.AUDIT_EXPORTED: (),
        AuditAction.SIGNING_KEY_CHANGED: (),
        # Secrets are encrypted with the new key; their values and versions stay the same.
        AuditAction.ENCRYPTION_KEY_CHANGED: (),
        AuditAction.TRAIL_REOPENED: tuple(Projection),
        AuditAction.UNREADABLE: (),
    }
)
"""The parts of the database, apart from the trail's own tables, that an action changes."""

# A failed action changes nothing, with one exception: a test that failed has ended.
_ALSO_FAILED: Final = Projection.TESTS


@dataclass(frozen=True, slots=True)
class Replay:
    """Passes each event to the projections that its action changes.

    `actors` takes every event, whatever its action: it checks who acted.
    """

    findings: Findings
    actors: ActorsReplay
    settings: SettingsReplay
    secrets: SecretsReplay
    tokens: TokensReplay
    tests: EmailTestsReplay
    archive: ArchiveReplay

    @classmethod
    def of(cls, scope: str, keys: KeySource, findings: Findings) -> "Replay":
        """Builds the replay of a whole trail; `keys` are tried on the stored secrets."""
        settings = SettingsReplay(scope, findings)
        return cls(
            findings,
            ActorsReplay(findings),
            settings,
            SecretsReplay(scope, keys, findings),
            TokensReplay(findings),
            EmailTestsReplay(settings, findings),
            ArchiveReplay(findings),
        )

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one event."""
        self.actors.take(seq, parsed)
        succeeded = parsed.event.outcome is AuditOutcome.SUCCEEDED
        for projection in PROJECTIONS[parsed.event.action]:
            if succeeded or projection is _ALSO_FAILED:
                self._take_of(projection)(seq, parsed)

    def _take_of(self, projection: Projection) -> Callable[[int, Parsed], None]:
        match projection:
            case Projection.SETTINGS:
                return self.settings.take
            case Projection.SECRETS:
                return self.secrets.take
            case Projection.TOKENS:
                return self.tokens.take
            case Projection.TESTS:
                return self.tests.take
            case Projection.ARCHIVE:
                return self.archive.take

    async def compare_due(self, session: Session) -> None:
        """Compares what has become final since the last call."""
        await self._compare(session, "the actors' access tokens", self.actors.compare_due)
        await self._compare(session, "the revisions", self.settings.compare_due)
        await self._compare(session, "the test emails", self.tests.compare_due)

    async def compare(self, session: Session) -> None:
        """Compares the database with the state after the last event."""
        await self.compare_due(session)
        await self._compare(session, "the settings", self.settings.compare)
        await self._compare(session, "the secrets", self.secrets.compare)
        await self._compare(session, "the access tokens", self.tokens.compare)
        await self._compare(session, "the test emails", self.tests.compare)
        await self._compare(session, "the archive", self.archive.compare)

    async def _compare(
        self, session: Session, what: str, compare: Callable[[Session], Awaitable[None]]
    ) -> None:
        async with reading_from(session, self.findings, what):
            await compare(session)
