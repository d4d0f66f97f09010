"""Replaying the access tokens: which there must be, and what each may do."""

from dataclasses import dataclass, field
from typing import TypeAlias

from audit.body import Parsed
from audit.event import AuditAction
from audit.findings import Findings
from db import tokens
from db.database import Session
from db.tables import AccessTokenRow
from service.digests import token_mark, tokens_digest

Facts: TypeAlias = dict[str, str | None]


@dataclass(slots=True)
class TokensReplay:
    """Takes the succeeded events in order; `compare` holds the tokens against them."""

    findings: Findings
    _told: dict[str, Facts] = field(default_factory=dict)
    _revoked: dict[str, str] = field(default_factory=dict)
    _known: int = 0
    """The number of the newest token that a new trail found; a digest vouches for those."""
    _digest: str | None = None

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        del seq
        event, detail = parsed.event, parsed.event.detail
        token_id = str(detail.get("token_id"))
        if event.action is AuditAction.ACCESS_TOKEN_CREATED:
            self._told[token_id] = {change.field: change.after for change in event.changes} | {
                "mark": _text(detail.get("token_mark")),
                "createdAt": parsed.place.ts,
                "createdBy": f"{event.actor.kind} {event.actor.id} {event.actor.name}",
            }
        elif event.action is AuditAction.ACCESS_TOKEN_REVOKED:
            self._revoked[token_id] = parsed.place.ts
        elif event.action is AuditAction.TRAIL_REOPENED:
            known = detail.get("tokens")
            self._known = known if isinstance(known, int) else 0
            self._digest = _text(detail.get("tokens_digest"))

    async def compare(self, session: Session) -> None:
        """Compares the tokens as they stand."""
        rows = await tokens.tokens(session)
        before = [row for row in rows if row.number <= self._known]
        since = {row.id: row for row in rows if row.number > self._known}
        if before and self._digest is None:
            self._find(f"no event tells of the token {before[0].id}")
        elif self._digest is not None and tokens_digest(before, self._revoked) != self._digest:
            self._find(f"the first {self._known} are not those that this trail began with")
        for token_id, told in self._told.items():
            row = since.pop(token_id, None)
            if row is None or _facts(row) != told:
                self._find(f"the token {token_id} is not as the trail tells")
            elif row.revoked_at is not None and token_id not in self._revoked:
                self._find(f"nothing tells that the token {token_id} was revoked")
        if since:
            self._find(f"no event tells of the token {min(since)}")
        shown = {row.id: row.revoked_at for row in rows}
        for token_id, ts in self._revoked.items():
            if shown.get(token_id) != ts:
                self._find(f"the token {token_id} was revoked, and is not")

    def _find(self, message: str) -> None:
        self.findings.add("TOKENS_DIFFER", None, message)


def _facts(row: AccessTokenRow) -> Facts:
    return {
        "name": row.name,
        "role": row.role,
        "expiresAt": row.expires_at,
        "mark": token_mark(row),
        "createdAt": row.created_at,
        "createdBy": f"{row.actor_kind} {row.actor_id} {row.actor_name}",
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
