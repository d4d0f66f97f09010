"""Replaying the settings: what they and their revisions must be, by the events alone.

They are followed as the texts that events hold: of a secret only its version is known.
"""

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, TypeAlias

from audit.event import AuditAction, redacted
from audit.trail import Parsed, cut_mark, is_cut_from
from audit.verify import Findings, reading
from db.engine.database import Session
from db.queries import settings as queries
from db.queries.trail_reading import count_rows
from db.tables import EmailSettingsRow
from service.settings.state import values_of
from service.values.settings_values import FIELDS, NOTHING_SAVED, SecretName, SettingsValues
from service.verify.digests import revisions_digest

SAVED: Final = frozenset({AuditAction.EMAIL_SETTINGS_UPDATED, AuditAction.EMAIL_SETTINGS_RESTORED})

_CELLS: Final = attrgetter(*(each.attribute for each in FIELDS))
_VERSIONS: Final = attrgetter(*(f"{each.attribute}_version" for each in SecretName))

Texts: TypeAlias = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Told:
    """A revision as its event tells it. `parsed` is None for one that a new trail began with."""

    revision: int
    texts: Texts
    seq: int
    parsed: Parsed | None


@dataclass(slots=True)
class SettingsReplay:
    """Takes the succeeded events in order; `compare` holds the database against them."""

    scope: str
    findings: Findings
    _texts: Texts = field(default_factory=lambda: _texts_of(NOTHING_SAVED))
    _revision: int = 0
    _began: int = 0
    """The revision that a new trail began with; what is before it, a digest vouches for."""
    _digest: str | None = None
    _due: list[_Told] = field(default_factory=list)

    @property
    def revision(self) -> int:
        """The revision in force, as far as the events were followed."""
        return self._revision

    def is_in_force(self, name: str, told: str) -> bool:
        """Whether an event that comes next tells of a field as it is in force."""
        return _same(self._texts.get(name), told)

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        if parsed.event.action in SAVED:
            self._follow(seq, parsed)
        elif parsed.event.action is AuditAction.TRAIL_REOPENED:
            self._begin(seq, parsed)

    def _begin(self, seq: int, parsed: Parsed) -> None:
        event = parsed.event
        self._revision = self._began = event.revision or 0
        digest = event.detail.get("revisions_digest")
        self._digest = digest if isinstance(digest, str) else None
        self._texts = _texts_of(NOTHING_SAVED)
        self._texts |= {change.field: change.after for change in event.changes}
        if self._revision:
            self._due.append(_Told(self._revision, dict(self._texts), seq, None))

    def _follow(self, seq: int, parsed: Parsed) -> None:
        event = parsed.event
        for change in event.changes:
            if not _same(self._texts.get(change.field), change.before):
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
            with reading(self.findings, f"revision {told.revision}"):
                wrong = _differences(told, rows.get(told.revision))
                if wrong:
                    message = f"revision {told.revision} in the database has another {wrong}"
                    self.findings.add("REVISION_DIFFERS", told.seq, message)

    async def compare(self, session: Session) -> None:
        """Compares what is in force now, and that there is nothing besides."""
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
        await self._compare_others(session)

    async def _compare_others(self, session: Session) -> None:
        if await count_rows(session, "email_settings") != 1:
            message = "there are settings of a scope that there is not"
            self.findings.add("SETTINGS_DIFFER", None, message)
        stored = await count_rows(session, "email_settings_revision")
        if stored != self._revision:
            message = f"{stored} revisions are stored, and the trail tells of {self._revision}"
            self.findings.add("REVISION_DIFFERS", None, message)
        if self._digest is None:
            return
        found = await revisions_digest(session, self.scope, self._began)
        linked = await queries.count_linked(session, self.scope, self._began)
        if found != self._digest or linked:
            message = f"the first {self._began} are not those that this trail began with"
            self.findings.add("REVISION_DIFFERS", None, message)


def _texts_of(values: SettingsValues) -> Texts:
    """Every field's text; a secret's version as events tell it."""
    plain = {each.name: each.text(values) for each in FIELDS}
    secret = {name.value: redacted(values.secret_version(name)) for name in SecretName}
    return plain | secret


def _texts_in(row: EmailSettingsRow) -> Texts:
    """Returns the same of a row, from its cells: reading them as values costs three times."""
    cells = zip(FIELDS, _CELLS(row), strict=True)
    plain = {field.name: field.cell_text(cell) for field, cell in cells}
    versions = zip(SecretName, _VERSIONS(row), strict=True)
    return plain | {name.value: redacted(version) for name, version in versions}


def _differences(told: _Told, row: EmailSettingsRow | None) -> str:
    if row is None:
        return "place: it is not there"
    wrong = _unlike(told.texts, _texts_in(row))
    if told.parsed is not None:
        event, place = told.parsed.event, told.parsed.place
        author = event.actor
        facts = {
            "created_at": place.ts == row.created_at,
            "author": author.kind == row.actor_kind
            and is_told(author.id, row.actor_id)
            and is_told(author.name, row.actor_name),
            "reason": is_told(event.reason, row.reason),
            "restored_from": event.detail.get("restored_from") == row.restored_from,
            "audit_seq": told.seq == row.audit_seq,
        }
        wrong += [name for name, holds in facts.items() if not holds]
    return ", ".join(wrong)


def _unlike(told: Texts, shown: Texts) -> list[str]:
    if told == shown and not any(map(cut_mark, told.values())):
        return []
    return [name for name in shown if not is_told(told.get(name), shown[name])]


def is_told(told: str | None, shown: str | None) -> bool:
    """Whether an event's text is the database's; of a very long one, its beginning and hash."""
    if told is None or shown is None or cut_mark(told) is None:
        return told == shown
    return is_cut_from(told, shown)


def _same(one: str | None, other: str | None) -> bool:
    """Whether two events' texts are of one value: the one may have had less room for it."""
    if one == other or is_told(one, other) or is_told(other, one):
        return True
    return cut_mark(one) is not None and cut_mark(one) == cut_mark(other)
