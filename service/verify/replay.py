"""Replaying the trail: what else is in the database must be what the events led to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from audit.event import AuditOutcome
from audit.trail import Parsed
from audit.verify import Findings
from db.engine.database import Session
from service.process.keys import KeySource
from service.verify.actors import ActorsReplay
from service.verify.archive import ArchiveReplay
from service.verify.email_tests import TestsReplay
from service.verify.secrets import SecretsReplay
from service.verify.settings import SettingsReplay
from service.verify.tokens import TokensReplay


@dataclass(frozen=True, slots=True)
class Replay:
    """Takes the trail's events in order; `compare` holds the database against them."""

    findings: Findings
    actors: ActorsReplay
    settings: SettingsReplay
    secrets: SecretsReplay
    tokens: TokensReplay
    tests: TestsReplay
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
            TestsReplay(settings, findings),
            ArchiveReplay(findings),
        )

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        self.actors.take(seq, parsed)
        self.tests.take(seq, parsed)
        if parsed.event.outcome is AuditOutcome.SUCCEEDED:
            self.settings.take(seq, parsed)
            self.secrets.take(seq, parsed)
            self.tokens.take(seq, parsed)
            self.archive.take(seq, parsed)

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
        async with self.findings.reading_from(session, what):
            await compare(session)
