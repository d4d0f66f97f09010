"""Replaying who acted: the access token that an event names must have been one, and that one.

Whoever may write into the database can let a token in that never was, or make another of one, for
as long as it is used. What it did then stands in the trail, under a name that the trail denies.
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

_UNDER_WAY: Final = timedelta(minutes=5)
"""How long after a token's end a call that it was let in for before may still be recorded."""


class _Token(NamedTuple):
    """A token as the trail tells of it; `since` is the event that made it."""

    since: int
    name: str | None
    role: str | None
    expires: str | None


@dataclass(slots=True)
class ActorsReplay:
    """Takes all events in order. Nothing is left to compare at the end."""

    findings: Findings
    _tokens: dict[str, _Token] = field(default_factory=dict)
    _revoked: dict[str, str] = field(default_factory=dict)
    _known: int = 0
    """The number of the newest token that a new trail found, until those were read."""
    _unsure: list[tuple[int, Parsed]] = field(default_factory=list)

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        event = parsed.event
        if event.actor.kind is ActorKind.ACCESS_TOKEN:
            if self._known:
                self._unsure.append((seq, parsed))
            else:
                self._hold(seq, parsed)
        if event.outcome is AuditOutcome.SUCCEEDED:
            self._follow(seq, parsed)

    async def compare_due(self, session: Session) -> None:
        """Holds those events that came before the tokens of an ended trail were read.

        Its own events are gone; the rows stand in for them, as a digest vouches for those.
        """
        if not self._known:
            return
        for row in await token_rows(session):
            if row.number <= self._known:
                self._tokens[row.id] = _Token(-1, row.name, row.role, row.expires_at)
                if row.revoked_at is not None:
                    self._revoked[row.id] = row.revoked_at
        self._known = 0
        unsure, self._unsure = self._unsure, []
        for seq, parsed in unsure:
            self._hold(seq, parsed)

    def _follow(self, seq: int, parsed: Parsed) -> None:
        event, detail = parsed.event, parsed.event.detail
        if event.action is AuditAction.ACCESS_TOKEN_CREATED:
            told = {change.field: change.after for change in event.changes}
            self._tokens[str(detail.get("token_id"))] = _Token(
                seq, told.get("name"), told.get("role"), told.get("expiresAt")
            )
        elif event.action is AuditAction.ACCESS_TOKEN_REVOKED:
            self._revoked[str(detail.get("token_id"))] = parsed.place.ts
        elif event.action is AuditAction.TRAIL_REOPENED:
            known = detail.get("tokens")
            self._known = known if isinstance(known, int) else 0

    def _hold(self, seq: int, parsed: Parsed) -> None:
        actor = parsed.event.actor
        token = self._tokens.get(actor.id or "")
        if token is None or seq <= token.since:
            self._find(seq, f"it was done with the token {actor.id}, which no event made")
        elif (actor.name, actor.role) != (token.name, token.role):
            message = f"it was done with the token {actor.id} under another name or role"
            self._find(seq, message)
        elif not _was_let_in_before(parsed.event) and self._was_over(token, parsed):
            self._find(seq, f"it was done with the token {actor.id} after that had ended")

    def _was_over(self, token: _Token, parsed: Parsed) -> bool:
        revoked = self._revoked.get(parsed.event.actor.id or "")
        if revoked is not None and _is_past(revoked, parsed.place.ts):
            return True
        if token.expires is None:
            return False
        # By the clock that let it in, which may be behind the trail's.
        clock = parsed.event.detail.get("clock_went_back_to")
        return _is_past(token.expires, clock if isinstance(clock, str) else parsed.place.ts)

    def _find(self, seq: int, message: str) -> None:
        self.findings.add("TOKENS_DIFFER", seq, message)


def _was_let_in_before(event: Event) -> bool:
    """Whether it is the end of a test, which goes on whatever becomes of the token.

    A cancelled one ends under the name of who cancelled it just before.
    """
    if event.action is not AuditAction.TEST_EMAIL_FINISHED:
        return False
    return event.detail.get("test_outcome") != EmailTestOutcome.CANCELLED


def _is_past(end: str, now: str) -> bool:
    if now <= end:
        return False
    try:
        return now > write_instant(read_instant(end) + _UNDER_WAY)
    except (ValueError, OverflowError):
        return True
