"""Replaying who acted: each event's access token must have existed then, with that name and role.

An attacker who can write into the database can add a token, give one another role, or revive a
revoked one, use it, and then restore the table. The table shows nothing afterwards. But the service
signed an event for everything that was done with the token, and that event contradicts the events
that created and revoked tokens (docs/decisions.md).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple

from audit.event import ActorKind, AuditAction, AuditOutcome, Event
from audit.trail import Parsed
from audit.verify import Findings
from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.queries.tokens import token_rows
from mail.report import EmailTestOutcome

_GRACE: Final = timedelta(minutes=5)
"""How long after a token's end an event may name it: its call may have been accepted before the
end, and recorded later."""


class _Token(NamedTuple):
    """A token as the trail records it; `since` is the number of the event that created it."""

    since: int
    name: str | None
    role: str | None
    expires: str | None


@dataclass(slots=True)
class ActorsReplay:
    """Folds the events on access tokens, and checks the actor of every event against the result.

    A wrong actor is a property of the event itself, so no rows are compared at the end.
    """

    findings: Findings
    _tokens: dict[str, _Token] = field(default_factory=dict)
    _revoked: dict[str, str] = field(default_factory=dict)
    _inherited: int = 0
    """The highest number of an inherited token; 0 as soon as those tokens have been read."""
    _waiting: list[tuple[int, Parsed]] = field(default_factory=list)
    """Events whose actors can be checked only when the inherited tokens have been read."""

    def take(self, seq: int, parsed: Parsed) -> None:
        """Checks who did one event, and folds it."""
        event = parsed.event
        if event.actor.kind is ActorKind.ACCESS_TOKEN:
            if self._inherited:
                self._waiting.append((seq, parsed))
            else:
                self._check(seq, parsed)
        if event.outcome is AuditOutcome.SUCCEEDED:
            self._fold(seq, parsed)

    async def compare_due(self, session: Session) -> None:
        """Reads the inherited tokens, once, and checks the events that waited for them.

        No event of this trail created these tokens, so their rows are trusted here: `tokens` checks
        the rows against the digest in the trail's first event.
        """
        if not self._inherited:
            return
        for row in await token_rows(session):
            if row.number <= self._inherited:
                self._tokens[row.id] = _Token(-1, row.name, row.role, row.expires_at)
                if row.revoked_at is not None:
                    self._revoked[row.id] = row.revoked_at
        self._inherited = 0
        waiting, self._waiting = self._waiting, []
        for seq, parsed in waiting:
            self._check(seq, parsed)

    def _fold(self, seq: int, parsed: Parsed) -> None:
        event, detail = parsed.event, parsed.event.detail
        if event.action is AuditAction.ACCESS_TOKEN_CREATED:
            created = {change.field: change.after for change in event.changes}
            self._tokens[str(detail.get("token_id"))] = _Token(
                seq, created.get("name"), created.get("role"), created.get("expiresAt")
            )
        elif event.action is AuditAction.ACCESS_TOKEN_REVOKED:
            self._revoked[str(detail.get("token_id"))] = parsed.place.ts
        elif event.action is AuditAction.TRAIL_REOPENED:
            inherited = detail.get("tokens")
            self._inherited = inherited if isinstance(inherited, int) else 0

    def _check(self, seq: int, parsed: Parsed) -> None:
        actor = parsed.event.actor
        token = self._tokens.get(actor.id or "")
        if token is None or seq <= token.since:
            message = f"its actor is the access token {actor.id}, which no earlier event created"
            self._find(seq, message)
        elif (actor.name, actor.role) != (token.name, token.role):
            message = (
                f"it gives its actor, the access token {actor.id}, another name or role than that "
                "token was created with"
            )
            self._find(seq, message)
        elif not _may_outlive_its_token(parsed.event) and self._had_ended(token, parsed):
            message = (
                f"its actor is the access token {actor.id}, which had been revoked or had expired"
            )
            self._find(seq, message)

    def _had_ended(self, token: _Token, parsed: Parsed) -> bool:
        revoked = self._revoked.get(parsed.event.actor.id or "")
        if revoked is not None and _is_past(revoked, parsed.place.ts):
            return True
        if token.expires is None:
            return False
        # The service compared the expiry with its own clock, which may be behind the trail's times.
        clock = parsed.event.detail.get("clock_went_back_to")
        return _is_past(token.expires, clock if isinstance(clock, str) else parsed.place.ts)

    def _find(self, seq: int, message: str) -> None:
        self.findings.add("TOKENS_DIFFER", seq, message)


def _may_outlive_its_token(event: Event) -> bool:
    """Returns whether the event records the end of a test, which may run on after its token ended.

    The end of a canceled test is checked: its actor is the caller who canceled it just before.
    """
    if event.action is not AuditAction.TEST_EMAIL_FINISHED:
        return False
    return event.detail.get("test_outcome") != EmailTestOutcome.CANCELLED


def _is_past(end: str, now: str) -> bool:
    """Returns whether `now` is after `end`, with the grace period included."""
    if now <= end:
        return False
    try:
        return now > write_instant(read_instant(end) + _GRACE)
    except (ValueError, OverflowError):
        return True
