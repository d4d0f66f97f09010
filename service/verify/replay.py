"""Replaying the trail: what else is in the database must be what the events led to."""

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
    """A part of the database that events lead to."""

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
        # Rows are sealed again, but say the same.
        AuditAction.ENCRYPTION_KEY_CHANGED: (),
        AuditAction.TRAIL_REOPENED: tuple(Projection),
        AuditAction.UNREADABLE: (),
    }
)
"""What an action changes in the database besides the trail."""

# A test that failed has ended all the same; of everything else only what succeeded has an effect.
_ALSO_FAILED: Final = Projection.TESTS


@dataclass(frozen=True, slots=True)
class Replay:
    """Takes the trail's events in order; `compare` holds the database against them."""

    findings: Findings
    actors: ActorsReplay
    settings: SettingsReplay
    secrets: SecretsReplay
    tokens: TokensReplay
    tests: EmailTestsReplay
    archive: ArchiveReplay

    @classmethod
    def of(cls, scope: str, keys: KeySource, findings: Findings) -> "Replay":
        """A replay from the beginning; with the keys at hand, stored secrets are tried, too."""
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
        """Follows one event."""
        self.actors.take(seq, parsed)
        succeeded = parsed.event.outcome is AuditOutcome.SUCCEEDED
        for projection in PROJECTIONS[parsed.event.action]:
            if succeeded or projection is _ALSO_FAILED:
                self._taking(projection)(seq, parsed)

    def _taking(self, projection: Projection) -> Callable[[int, Parsed], None]:
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
        """Compares what was told of since the last time."""
        await self._compare(session, "who acted", self.actors.compare_due)
        await self._compare(session, "the revisions", self.settings.compare_due)
        await self._compare(session, "the test emails", self.tests.compare_due)

    async def compare(self, session: Session) -> None:
        """Compares what stands now."""
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
