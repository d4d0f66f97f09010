"""Replaying the access tokens: which there must be, and what each may do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from audit.event import AuditAction
from audit.trail import Parsed
from audit.verify import Findings
from db.engine.database import Session
from db.queries.tokens import token_rows
from db.tables import AccessTokenRow
from service.process.marks import token_mark
from service.verify.digests import tokens_digest

Facts: TypeAlias = dict[str, str | int | None]


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
            told: Facts = {change.field: change.after for change in event.changes}
            self._told[token_id] = told | {
                # Numbers are given out under a lock, and no token is ever removed.
                "number": self._known + len(self._told) + 1,
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
        rows = await token_rows(session)
        self._find_twins(rows)
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

    def _find_twins(self, rows: Sequence[AccessTokenRow]) -> None:
        """Sees that no token is hidden behind another: a table may have lost its keys."""
        columns: dict[str, set[str | int]] = {
            "id": {row.id for row in rows},
            "hash": {row.token_hash for row in rows},
            "number": {row.number for row in rows},
        }
        for name, values in columns.items():
            if len(values) != len(rows):
                self._find(f"two tokens have the same {name}")

    def _find(self, message: str) -> None:
        self.findings.add("TOKENS_DIFFER", None, message)


def _facts(row: AccessTokenRow) -> Facts:
    return {
        "number": row.number,
        "name": row.name,
        "role": row.role,
        "expiresAt": row.expires_at,
        "mark": token_mark(row),
        "createdAt": row.created_at,
        "createdBy": f"{row.actor_kind} {row.actor_id} {row.actor_name}",
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
