"""Replaying the access tokens: which ones must exist, with which role, and which are revoked."""

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
    """Folds the events on access tokens into the facts of each token that was created or revoked.

    `compare` reads all tokens at the end. A token is never removed, and its facts do not change,
    except that it may be revoked.
    """

    findings: Findings
    _created: dict[str, Facts] = field(default_factory=dict)
    _revoked: dict[str, str] = field(default_factory=dict)
    """When each token was revoked, by its id; inherited tokens are among them."""
    _inherited: int = 0
    """The highest number of an inherited token."""
    _digest: str | None = None
    """The digest of the inherited tokens, as they were when the trail was reopened."""

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one succeeded event."""
        del seq
        event, detail = parsed.event, parsed.event.detail
        token_id = str(detail.get("token_id"))
        if event.action is AuditAction.ACCESS_TOKEN_CREATED:
            facts: Facts = {change.field: change.after for change in event.changes}
            self._created[token_id] = facts | {
                # The service assigns the numbers 1, 2, 3 … under a lock, and never removes a token.
                "number": self._inherited + len(self._created) + 1,
                "mark": _text(detail.get("token_mark")),
                "createdAt": parsed.place.ts,
                "createdBy": f"{event.actor.kind} {event.actor.id} {event.actor.name}",
            }
        elif event.action is AuditAction.ACCESS_TOKEN_REVOKED:
            self._revoked[token_id] = parsed.place.ts
        elif event.action is AuditAction.TRAIL_REOPENED:
            inherited = detail.get("tokens")
            self._inherited = inherited if isinstance(inherited, int) else 0
            self._digest = _text(detail.get("tokens_digest"))

    async def compare(self, session: Session) -> None:
        """Compares all tokens in the database with the events."""
        rows = await token_rows(session)
        self._find_duplicates(rows)
        self._compare_inherited([row for row in rows if row.number <= self._inherited])
        self._compare_created([row for row in rows if row.number > self._inherited])
        shown = {row.id: row.revoked_at for row in rows}
        for token_id, ts in self._revoked.items():
            if shown.get(token_id) != ts:
                self._find(
                    f"an event revoked the access token {token_id} at {ts}, but the database does "
                    "not show this"
                )

    def _compare_inherited(self, rows: Sequence[AccessTokenRow]) -> None:
        if rows and self._digest is None:
            self._find(f"no event created the access token {rows[0].id}")
        # The digest was made before the trail's own events revoked any of these tokens.
        elif self._digest is not None and tokens_digest(rows, self._revoked) != self._digest:
            self._find(
                f"the access tokens up to number {self._inherited} do not match the digest in the "
                "trail's first event"
            )

    def _compare_created(self, rows: Sequence[AccessTokenRow]) -> None:
        stored = {row.id: row for row in rows}
        for token_id, facts in self._created.items():
            row = stored.pop(token_id, None)
            if row is None:
                self._find(f"the access token {token_id} is missing from the database")
            elif wrong := {name for name, _ in _facts(row).items() ^ facts.items()}:
                names = ", ".join(sorted(wrong))
                self._find(f"the access token {token_id} differs from its event in {names}")
            elif row.revoked_at is not None and token_id not in self._revoked:
                self._find(
                    f"the access token {token_id} is revoked in the database, but no event "
                    "revoked it"
                )
        if stored:
            self._find(f"no event created the access token {min(stored)}")

    def _find_duplicates(self, rows: Sequence[AccessTokenRow]) -> None:
        """Finds tokens that are hidden behind others.

        The table's keys forbid two rows with the same id, hash or number. But an attacker may have
        dropped the keys, and the comparisons by id would see only one of the two rows.
        """
        columns: dict[str, set[str | int]] = {
            "id": {row.id for row in rows},
            "hash": {row.token_hash for row in rows},
            "number": {row.number for row in rows},
        }
        for name, values in columns.items():
            if len(values) != len(rows):
                self._find(f"two access tokens have the same {name}")

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
