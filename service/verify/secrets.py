"""Replaying the secrets: which is stored, and which values their numbers stand for.

Events tell a secret by its number and, where it was given, by a mark of its keyed fingerprint.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit.event import AuditAction, Event
from audit.trail import Parsed
from audit.verify import Findings
from db.engine.database import Session
from db.queries.secrets import fingerprint_rows, stored_secrets
from db.queries.trail_reading import count_rows
from db.tables import SecretFingerprint
from service.process.keys import KeySource
from service.process.marks import secret_mark
from service.settings.saving import mark_name
from service.settings.secrets import FINGERPRINT_KEY
from service.settings.state import load_current
from service.values.settings_values import SecretName
from service.verify.digests import secrets_digest
from service.verify.settings import SAVED

_NUMBER: Final = re.compile(r"\[redacted, version ([0-9]{1,9})\]")
_NAMES: Final = {name.value for name in SecretName}
_MARKS: Final = {name: mark_name(name) for name in SecretName}


def numbers_name(name: SecretName) -> str:
    """Under which name a new trail's first event holds how many numbers a secret's values had."""
    return f"{name}_numbers"


def newest_of(name: SecretName, rows: Iterable[SecretFingerprint]) -> int:
    """The highest number that a value of a secret has; 0 where none has one."""
    return max((row.version for row in rows if row.name == name), default=0)


@dataclass(slots=True)
class SecretsReplay:
    """Takes the succeeded events in order; `compare` holds the stored secrets against them."""

    scope: str
    keys: KeySource
    findings: Findings
    _current: dict[str, int | None] = field(default_factory=dict)
    _given: dict[str, str] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)
    _marks: dict[tuple[str, int], str] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)
    """The numbers that a new trail found; a digest vouches for what they stand for."""
    _digest: str | None = None
    _began: bool = False

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event."""
        event = parsed.event
        if event.action is AuditAction.TRAIL_REOPENED:
            self._begin(event)
        elif event.action not in SAVED:
            return
        for change in event.changes:
            if change.redacted:
                self._number(change.field, change.after)
        for name, key in _MARKS.items():
            mark = event.detail.get(key)
            if isinstance(mark, str):
                self._mark(seq, name, mark)
                self._given[name] = parsed.place.ts

    def _begin(self, event: Event) -> None:
        self._began = True
        digest = event.detail.get("secrets_digest")
        self._digest = digest if isinstance(digest, str) else None
        for name in SecretName:
            known = event.detail.get(numbers_name(name))
            self._known[name] = self._newest[name] = known if isinstance(known, int) else 0

    def _number(self, name: str, told: str | None) -> None:
        found = _NUMBER.fullmatch(told or "")
        number = None if found is None else int(found[1])
        self._current[name] = number
        self._given.pop(name, None)
        self._newest[name] = max(self._newest.get(name, 0), number or 0)

    def _mark(self, seq: int, name: SecretName, mark: str) -> None:
        number = self._current.get(name) or 0
        if self._marks.setdefault((name, number), mark) != mark:
            message = f"the number {number} of the {name} stands for another value than before"
            self.findings.add("REVISION_DIFFERS", seq, message)

    async def compare(self, session: Session) -> None:
        """Compares the secrets as they are stored, and what their numbers stand for."""
        await self._compare_stored(session)
        rows = await fingerprint_rows(session)
        ours = [row for row in rows if row.scope == self.scope and row.name in _NAMES]
        if len(rows) != len(ours):
            self._find("values are numbered of secrets that the settings do not have")
        for name in SecretName:
            if not self._are_told(name, [row.version for row in ours if row.name == name]):
                self._find(f"the numbers of the {name}'s values are not those that were given out")
        for row in ours:
            told = self._marks.get((row.name, row.version))
            if told is not None and told != secret_mark(row.fingerprint):
                self._find(f"the number {row.version} of the {row.name} is another value's")
        before = [row for row in ours if row.version <= self._known.get(row.name, 0)]
        if self._digest is not None and secrets_digest(before) != self._digest:
            self._find("values of secrets have other numbers than when this trail began")

    def _are_told(self, name: SecretName, numbers: Sequence[int]) -> bool:
        newest = self._newest.get(name, 0)
        if self._began and self._digest is None:
            # Begun before such digests were made: it does not know of all that were given out.
            newest = max(newest, len(numbers))
        return numbers == list(range(1, newest + 1))

    async def _compare_stored(self, session: Session) -> None:
        stored = await stored_secrets(session, self.scope)
        for name in SecretName:
            row = stored.get(name)
            if (None if row is None else row.version) != self._current.get(name):
                self._find(f"the stored {name} is not the one that the trail led to")
            elif row is not None and row.updated_at != self._given.get(name, row.updated_at):
                self._find(f"the stored {name} was given at another time")
        ours = _NAMES | {FINGERPRINT_KEY}
        if await count_rows(session, "stored_secret") != len(ours & stored.keys()):
            self._find("secrets are stored that the settings do not have")
        current = await load_current(session, self.scope, self.keys)
        if current.secrets.is_broken(current.values):
            self._find("a stored secret was changed: its key is here, and does not open it")

    def _find(self, message: str) -> None:
        self.findings.add("SETTINGS_DIFFER", None, message)
