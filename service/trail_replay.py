"""Replaying the trail: what the settings and the tokens must be, if its events are all there was.

Settings are followed as the texts that events hold: of a secret only its version is known.
"""

import re
from dataclasses import dataclass, field

from audit.body import Parsed
from audit.event import AuditAction, AuditOutcome, redacted
from audit.findings import Findings
from db import settings as queries
from db import tokens
from db.database import Session
from db.secrets import stored_secrets
from db.tables import AccessTokenRow, EmailSettingsRow
from service.fields import FIELDS
from service.state import values_of
from service.values import NOTHING_SAVED, SecretName, SettingsValues

_CUT = re.compile(r"(.*)… \[cut, (\d+) characters\]", re.DOTALL)
_SETTINGS = frozenset({AuditAction.EMAIL_SETTINGS_UPDATED, AuditAction.EMAIL_SETTINGS_RESTORED})

Texts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Told:
    """A revision as its event tells it. `parsed` is None for one that a new trail began with."""

    revision: int
    texts: Texts
    seq: int
    parsed: Parsed | None


@dataclass(slots=True)
class Replay:
    """Takes the trail's events in order; `compare` holds the database against them."""

    scope: str
    findings: Findings
    _texts: Texts = field(default_factory=lambda: _texts_of(NOTHING_SAVED))
    _revision: int = 0
    _reopened: bool = False
    _due: list[_Told] = field(default_factory=list)
    _tokens: dict[str, Texts] = field(default_factory=dict)

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        event = parsed.event
        if event.outcome is not AuditOutcome.SUCCEEDED:
            return
        if event.action in _SETTINGS:
            self._follow(seq, parsed)
        elif event.action is AuditAction.TRAIL_REOPENED:
            self._revision, self._reopened = event.revision or 0, True
            self._texts = _texts_of(NOTHING_SAVED)
            self._texts |= {change.field: change.after for change in event.changes}
            if self._revision:
                self._due.append(_Told(self._revision, dict(self._texts), seq, None))
        elif event.action is AuditAction.ACCESS_TOKEN_CREATED:
            texts = {change.field: change.after for change in event.changes}
            self._tokens[str(event.detail.get("token_id"))] = texts
        elif event.action is AuditAction.ACCESS_TOKEN_REVOKED:
            revoked = self._tokens.setdefault(str(event.detail.get("token_id")), {})
            revoked["revokedAt"] = parsed.place.ts

    def _follow(self, seq: int, parsed: Parsed) -> None:
        event = parsed.event
        for change in event.changes:
            if not _alike(self._texts.get(change.field), change.before):
                message = f"its {change.field} before is not what the events before it left"
                self.findings.add("REVISION_DIFFERS", seq, message)
            self._texts[change.field] = change.after
        self._revision += 1
        if event.revision != self._revision:
            message = f"it makes revision {event.revision}, where {self._revision} follows"
            self.findings.add("REVISION_DIFFERS", seq, message)
            self._revision = event.revision or self._revision
        self._due.append(_Told(self._revision, dict(self._texts), seq, parsed))

    async def compare_due(self, session: Session) -> None:
        """Compares the revisions that were told of since the last time."""
        due, self._due = self._due, []
        if not due:
            return
        numbers = [told.revision for told in due]
        rows = await queries.revision_rows(session, self.scope, min(numbers), max(numbers))
        for told in due:
            wrong = _differences(told, rows.get(told.revision))
            if wrong:
                message = f"revision {told.revision} in the database has another {wrong}"
                self.findings.add("REVISION_DIFFERS", told.seq, message)
        # Compared, they are not needed any more; the session would keep them all.
        session.expunge_all()

    async def compare(self, session: Session) -> None:
        """Compares what is in force now."""
        await self.compare_due(session)
        head = await queries.read_head(session, self.scope)
        row = await queries.current_revision(session, self.scope)
        newest = await queries.newest_revision(session, self.scope)
        if head.revision != self._revision or newest != self._revision:
            message = (
                f"the trail led to revision {self._revision}; in force is {head.revision}, and "
                f"the newest that is stored is {newest}"
            )
            self.findings.add("SETTINGS_DIFFER", None, message)
        values = NOTHING_SAVED if row is None else values_of(row)
        wrong = _unlike(self._texts, _texts_of(values))
        if wrong:
            message = f"in force is another {', '.join(wrong)} than the trail led to"
            self.findings.add("SETTINGS_DIFFER", None, message)
        await self._compare_secrets(session, values)
        await self._compare_tokens(session)

    async def _compare_secrets(self, session: Session, values: SettingsValues) -> None:
        stored = await stored_secrets(session, self.scope)
        for name in SecretName:
            row = stored.get(name.value)
            if (None if row is None else row.version) != values.secret_version(name):
                message = f"the stored {name} is not the version that the settings name"
                self.findings.add("SETTINGS_DIFFER", None, message)

    async def _compare_tokens(self, session: Session) -> None:
        rows = {row.id: row for row in await tokens.tokens(session)}
        for token_id, told in self._tokens.items():
            row = rows.pop(token_id, None)
            shown = {} if row is None else _token_texts(row)
            if any(shown.get(name) != value for name, value in told.items()):
                message = f"the token {token_id} is not as the trail tells"
                self.findings.add("TOKENS_DIFFER", None, message)
            elif row is not None and row.revoked_at is not None and "revokedAt" not in told:
                message = f"nothing tells that the token {token_id} was revoked"
                self.findings.add("TOKENS_DIFFER", None, message)
        # A trail that was begun anew does not know of the tokens before it.
        if rows and not self._reopened:
            message = f"no event tells of the token {min(rows)}"
            self.findings.add("TOKENS_DIFFER", None, message)


def _token_texts(row: AccessTokenRow) -> Texts:
    return {
        "name": row.name,
        "role": row.role,
        "expiresAt": row.expires_at,
        "revokedAt": row.revoked_at,
    }


def _texts_of(values: SettingsValues) -> Texts:
    """Every field's text; a secret's version as events tell it."""
    plain = {each.name: each.text(values) for each in FIELDS}
    secret = {name.value: redacted(values.secret_version(name)) for name in SecretName}
    return plain | secret


def _differences(told: _Told, row: EmailSettingsRow | None) -> str:
    if row is None:
        return "place: it is not there"
    wrong = _unlike(told.texts, _texts_of(values_of(row)))
    if told.parsed is not None:
        event, place = told.parsed.event, told.parsed.place
        facts = {
            "created_at": (place.ts, row.created_at),
            "author": (
                (event.actor.kind.value, event.actor.id, event.actor.name),
                (row.actor_kind, row.actor_id, row.actor_name),
            ),
            "restored_from": (event.detail.get("restored_from"), row.restored_from),
            "audit_seq": (told.seq, row.audit_seq),
        }
        if not _alike(event.reason, row.reason):
            wrong.append("reason")
        wrong += [name for name, (one, other) in facts.items() if one != other]
    return ", ".join(wrong)


def _unlike(told: Texts, shown: Texts) -> list[str]:
    return [name for name in shown if not _alike(told.get(name), shown[name])]


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two texts are the same, as far as events could hold them: long ones are cut."""
    if one == other or one is None or other is None:
        return one == other
    (start, length), (other_start, other_length) = _measure(one), _measure(other)
    kept = min(len(start), len(other_start))
    return length == other_length and start[:kept] == other_start[:kept]


def _measure(text: str) -> tuple[str, int]:
    cut = _CUT.fullmatch(text)
    return (text, len(text)) if cut is None else (cut[1], int(cut[2]))
