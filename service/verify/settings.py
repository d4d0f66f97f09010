"""Replaying the settings: what each revision must contain, and which one must be in force.

The replay works with the texts that events contain. An event says only which version of a secret
is in force, so the replay of `secrets` checks the rest.
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
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, NOTHING_SAVED, SettingsValues
from service.verify.digests import revisions_digest

SAVED: Final = frozenset({AuditAction.EMAIL_SETTINGS_UPDATED, AuditAction.EMAIL_SETTINGS_RESTORED})

_CELLS: Final = attrgetter(*(each.attribute for each in FIELDS))
_VERSIONS: Final = attrgetter(*(each.version_attribute for each in SecretName))

Texts: TypeAlias = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Expected:
    """A revision as the trail records it.

    `parsed` is the event that saved it, or None for the newest inherited revision: the first event
    of the trail records its values, but not who saved it and when.
    """

    revision: int
    texts: Texts
    seq: int
    parsed: Parsed | None


@dataclass(slots=True)
class SettingsReplay:
    """Folds the events that save settings into the text of every field and the revision in force.

    An event says what each field was before and after. So `take` checks that "before" is what the
    preceding events led to, and that the event's revision is the next one. `compare_due` compares
    each revision with its row, and `compare` the settings in force with the state after the last
    event.
    """

    scope: str
    findings: Findings
    _texts: Texts = field(default_factory=lambda: _texts_of(NOTHING_SAVED))
    _revision: int = 0
    _inherited: int = 0
    """The newest inherited revision."""
    _digest: str | None = None
    """The digest of the inherited revisions."""
    _due: list[_Expected] = field(default_factory=list)

    @property
    def revision(self) -> int:
        """The revision in force after the events so far."""
        return self._revision

    def is_in_force(self, name: str, text: str) -> bool:
        """Returns whether an event's text for a field is the field's value after the events so far.

        Args:
            name: the field.
            text: what the next event says that the field's value is.
        """
        return _is_same_value(self._texts.get(name), text)

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one succeeded event."""
        if parsed.event.action in SAVED:
            self._fold(seq, parsed)
        elif parsed.event.action is AuditAction.TRAIL_REOPENED:
            self._inherit(seq, parsed)

    def _inherit(self, seq: int, parsed: Parsed) -> None:
        event = parsed.event
        self._revision = self._inherited = event.revision or 0
        digest = event.detail.get("revisions_digest")
        self._digest = digest if isinstance(digest, str) else None
        self._texts = _texts_of(NOTHING_SAVED)
        self._texts |= {change.field: change.after for change in event.changes}
        if self._revision:
            self._due.append(_Expected(self._revision, dict(self._texts), seq, None))

    def _fold(self, seq: int, parsed: Parsed) -> None:
        event = parsed.event
        for change in event.changes:
            if not _is_same_value(self._texts.get(change.field), change.before):
                message = (
                    f"its earlier value of {change.field} differs from what the preceding events "
                    "led to"
                )
                self.findings.add("REVISION_DIFFERS", seq, message)
            self._texts[change.field] = change.after
        self._revision += 1
        if event.revision != self._revision:
            message = f"it saved revision {event.revision} instead of {self._revision}"
            self.findings.add("REVISION_DIFFERS", seq, message)
            # Go on from the event's own number, so that a gap is a single finding.
            self._revision = event.revision or self._revision
        self._due.append(_Expected(self._revision, dict(self._texts), seq, parsed))

    async def compare_due(self, session: Session) -> None:
        """Compares the revisions that were saved since the last call with their rows."""
        due, self._due = self._due, []
        if not due:
            return
        numbers = [expected.revision for expected in due]
        rows = await queries.revision_rows(session, self.scope, min(numbers), max(numbers))
        for expected in due:
            number = expected.revision
            with reading(self.findings, f"revision {number}"):
                row = rows.get(number)
                if row is None:
                    self._find(expected, f"revision {number} is missing from the database")
                elif wrong := _differences(expected, row):
                    message = f"revision {number} in the database differs from the event in {wrong}"
                    self._find(expected, message)

    def _find(self, expected: _Expected, message: str) -> None:
        self.findings.add("REVISION_DIFFERS", expected.seq, message)

    async def compare(self, session: Session) -> None:
        """Compares the settings in force, and checks that there are no other rows."""
        head = await queries.read_head(session, self.scope)
        row = await queries.current_revision(session, self.scope)
        newest = await queries.newest_revision(session, self.scope)
        if head.revision != self._revision or newest != self._revision:
            message = (
                f"the trail leads to revision {self._revision}, but revision {head.revision} is in "
                f"force, and the newest that is stored is {newest}"
            )
            self.findings.add("SETTINGS_DIFFER", None, message)
        values = NOTHING_SAVED if row is None else values_of(row)
        wrong = _differing(self._texts, _texts_of(values))
        if wrong:
            message = f"the settings in force differ from the trail in {', '.join(wrong)}"
            self.findings.add("SETTINGS_DIFFER", None, message)
        await self._compare_others(session)

    async def _compare_others(self, session: Session) -> None:
        heads = await count_rows(session, "email_settings")
        if heads != 1:
            message = f"the table email_settings has {heads} rows instead of 1"
            self.findings.add("SETTINGS_DIFFER", None, message)
        stored = await count_rows(session, "email_settings_revision")
        if stored != self._revision:
            message = f"{stored} revisions are stored, but the trail leads to {self._revision}"
            self.findings.add("REVISION_DIFFERS", None, message)
        if self._digest is None:
            return
        found = await revisions_digest(session, self.scope, self._inherited)
        # Reopening linked every inherited revision to the trail's first event.
        linked = await queries.count_linked(session, self.scope, self._inherited)
        if found != self._digest or linked:
            message = (
                f"the revisions up to {self._inherited} are not as the trail's first event "
                "recorded them"
            )
            self.findings.add("REVISION_DIFFERS", None, message)


def _texts_of(values: SettingsValues) -> Texts:
    """Returns the text of every field as events record it, and the version of every secret."""
    plain = {each.name: each.text(values) for each in FIELDS}
    secret = {name.value: redacted(values.secret_version(name)) for name in SecretName}
    return plain | secret


def _texts_in(row: EmailSettingsRow) -> Texts:
    """Returns the same texts for a row.

    It reads the cells, because building the row's `SettingsValues` first takes three times as long.
    """
    cells = zip(FIELDS, _CELLS(row), strict=True)
    plain = {field.name: field.cell_text(cell) for field, cell in cells}
    versions = zip(SecretName, _VERSIONS(row), strict=True)
    return plain | {name.value: redacted(version) for name, version in versions}


def _differences(expected: _Expected, row: EmailSettingsRow) -> str:
    """Returns the names of what differs, separated by commas."""
    wrong = _differing(expected.texts, _texts_in(row))
    if expected.parsed is not None:
        event, place = expected.parsed.event, expected.parsed.place
        author = event.actor
        facts = {
            "created_at": place.ts == row.created_at,
            "author": author.kind == row.actor_kind
            and matches(author.id, row.actor_id)
            and matches(author.name, row.actor_name),
            "reason": matches(event.reason, row.reason),
            "restored_from": event.detail.get("restored_from") == row.restored_from,
            "audit_seq": expected.seq == row.audit_seq,
        }
        wrong += [name for name, is_equal in facts.items() if not is_equal]
    return ", ".join(wrong)


def _differing(recorded: Texts, stored: Texts) -> list[str]:
    """Returns the fields whose stored text does not match the text that the events record."""
    # Equal texts are enough unless one was cut: a cut text stands for a longer one, not for itself.
    if recorded == stored and not any(map(cut_mark, recorded.values())):
        return []
    return [name for name in stored if not matches(recorded.get(name), stored[name])]


def matches(recorded: str | None, stored: str | None) -> bool:
    """Returns whether a stored text is what an event records.

    An event cuts a text that is too long for it, and records its beginning, length and hash.
    """
    if recorded is None or stored is None or cut_mark(recorded) is None:
        return recorded == stored
    return is_cut_from(recorded, stored)


def _is_same_value(one: str | None, other: str | None) -> bool:
    """Returns whether the texts of two events stand for the same value.

    The same long value may be cut at different lengths, because each event cuts to the room it has.
    """
    if one == other or matches(one, other) or matches(other, one):
        return True
    return cut_mark(one) is not None and cut_mark(one) == cut_mark(other)
