"""Replaying the secrets: which version of each is stored, and which value a version stands for.

An event never contains a secret, only its version: equal values have equal versions. The service
finds the version of a value by its keyed fingerprint in the table `secret_fingerprint`. An attacker
who exchanged two rows there could have another password saved as if it were the one in force. So
an event that gives a secret also contains a mark, the SHA-256 of the value's fingerprint, and the
replay compares the table with the marks (docs/decisions.md). Without the key of the fingerprints,
marks and fingerprints are of no use for guessing passwords.
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
from service.values.secret_names import SecretName
from service.verify.digests import secrets_digest
from service.verify.settings import SAVED

_VERSION: Final = re.compile(r"\[redacted, version ([0-9]{1,9})\]")
_NAMES: Final = {name.value for name in SecretName}
_MARKS: Final = {name: mark_name(name) for name in SecretName}


def versions_name(name: SecretName) -> str:
    """Returns the name under which a trail's first event holds a secret's newest version."""
    return f"{name}_numbers"


def newest_version_in(name: SecretName, rows: Iterable[SecretFingerprint]) -> int:
    """Returns the newest version of a secret that has a fingerprint; 0 if none has one."""
    return max((row.version for row in rows if row.name == name), default=0)


@dataclass(slots=True)
class SecretsReplay:
    """Folds the events that save settings into each secret's version, and each version's mark.

    `compare` compares the version and time of the stored secrets, the versions and marks of all
    fingerprints, and whether the stored secrets can be decrypted.
    """

    scope: str
    keys: KeySource
    findings: Findings
    _current: dict[str, int | None] = field(default_factory=dict)
    """Each secret's version in force; None for a secret that was removed."""
    _given: dict[str, str] = field(default_factory=dict)
    """When the value in force was given, if its event has a mark."""
    _newest: dict[str, int] = field(default_factory=dict)
    """Each secret's newest version. The service assigns 1, 2, 3 … and never reuses one."""
    _marks: dict[tuple[str, int], str] = field(default_factory=dict)
    _inherited: dict[str, int] = field(default_factory=dict)
    """Each secret's newest inherited version. The digest covers their fingerprints."""
    _digest: str | None = None
    _reopened: bool = False

    def take(self, seq: int, parsed: Parsed) -> None:
        """Folds one succeeded event."""
        event = parsed.event
        if event.action is AuditAction.TRAIL_REOPENED:
            self._inherit(event)
        elif event.action not in SAVED:
            return
        for change in event.changes:
            if change.redacted:
                self._fold_version(change.field, change.after)
        for name, key in _MARKS.items():
            mark = event.detail.get(key)
            if isinstance(mark, str):
                self._fold_mark(seq, name, mark)
                self._given[name] = parsed.place.ts

    def _inherit(self, event: Event) -> None:
        self._reopened = True
        digest = event.detail.get("secrets_digest")
        self._digest = digest if isinstance(digest, str) else None
        for name in SecretName:
            newest = event.detail.get(versions_name(name))
            self._inherited[name] = self._newest[name] = newest if isinstance(newest, int) else 0

    def _fold_version(self, name: str, text: str | None) -> None:
        found = _VERSION.fullmatch(text or "")
        version = None if found is None else int(found[1])
        self._current[name] = version
        self._given.pop(name, None)
        self._newest[name] = max(self._newest.get(name, 0), version or 0)

    def _fold_mark(self, seq: int, name: SecretName, mark: str) -> None:
        version = self._current.get(name) or 0
        if self._marks.setdefault((name, version), mark) != mark:
            message = (
                f"its mark of version {version} of the {name} differs from the mark in an earlier "
                "event"
            )
            self.findings.add("REVISION_DIFFERS", seq, message)

    async def compare(self, session: Session) -> None:
        """Compares the stored secrets and their fingerprints with the events."""
        await self._compare_stored(session)
        rows = await fingerprint_rows(session)
        ours = [row for row in rows if row.scope == self.scope and row.name in _NAMES]
        if len(rows) != len(ours):
            self._find("the table secret_fingerprint has rows that belong to no secret")
        for name in SecretName:
            if not self._are_assigned(name, [row.version for row in ours if row.name == name]):
                self._find(
                    f"the stored fingerprints of the {name} are not those of the versions that the "
                    "trail records"
                )
        for row in ours:
            mark = self._marks.get((row.name, row.version))
            if mark is not None and mark != secret_mark(row.fingerprint):
                self._find(
                    f"the fingerprint of version {row.version} of the {row.name} does not match "
                    "the mark in the trail"
                )
        inherited = [row for row in ours if row.version <= self._inherited.get(row.name, 0)]
        if self._digest is not None and secrets_digest(inherited) != self._digest:
            self._find(
                "the fingerprints from before this trail do not match the digest in its first event"
            )

    def _are_assigned(self, name: SecretName, versions: Sequence[int]) -> bool:
        """Returns whether the fingerprints' versions are 1 to the newest one, without a gap."""
        newest = self._newest.get(name, 0)
        if self._reopened and self._digest is None:
            # Older releases reopened a trail without recording the inherited versions, so more of
            # them than the trail knows may exist.
            newest = max(newest, len(versions))
        return versions == list(range(1, newest + 1))

    async def _compare_stored(self, session: Session) -> None:
        stored = await stored_secrets(session, self.scope)
        for name in SecretName:
            row = stored.get(name)
            version, current = None if row is None else row.version, self._current.get(name)
            if version != current:
                self._find(
                    f"the {name} is {_described(version)} in the database, but "
                    f"{_described(current)} in the trail"
                )
            elif row is not None and row.updated_at != self._given.get(name, row.updated_at):
                self._find(f"the time of the stored {name} is not that of the event that gave it")
        ours = _NAMES | {FINGERPRINT_KEY}
        if await count_rows(session, "stored_secret") != len(ours & stored.keys()):
            self._find("the table stored_secret has rows that belong to no secret")
        current_settings = await load_current(session, self.scope, self.keys)
        if current_settings.secrets.is_broken(current_settings.values):
            self._find(
                "a stored secret cannot be decrypted, although its encryption key is available: "
                "its row, or the destination that it is bound to, has changed"
            )

    def _find(self, message: str) -> None:
        self.findings.add("SETTINGS_DIFFER", None, message)


def _described(version: int | None) -> str:
    return "not set" if version is None else f"version {version}"
