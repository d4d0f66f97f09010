"""Reading a revision of the settings: values, states of secrets, who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.event import Actor, ActorKind
from db.engine.database import Session
from db.instant import read_instant
from db.queries.settings import current_revision
from db.tables import EmailSettingsRow
from mail.message import from_header
from mail.providers import Provider
from mail.report import CertificateFacts
from service.process.keys import KeySource
from service.settings.secrets import SecretState, SecretStatus, SecretStore, status_then
from service.values.advice.review import review
from service.values.advice.situation import Situation
from service.values.certificates import certificates_of
from service.values.problems import Problem
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, NOTHING_SAVED, SettingsValues


@dataclass(frozen=True, slots=True)
class SettingsState:
    """A revision, with everything that may be shown of it."""

    revision: int
    values: SettingsValues
    secrets: Mapping[SecretName, SecretStatus]
    certificates: tuple[CertificateFacts, ...]
    client_certificate: tuple[CertificateFacts, ...]
    provider: Provider | None
    problems: tuple[Problem, ...]
    updated_at: datetime
    updated_by: Actor
    reason: str | None
    restored_from: int | None
    audit_sequence: int

    @property
    def unreadable_secrets(self) -> tuple[SecretName, ...]:
        """The secrets that are stored but cannot be opened."""
        return tuple(
            name for name, status in self.secrets.items() if status.state is SecretState.UNREADABLE
        )

    @property
    def from_header(self) -> str | None:
        """The From header of messages, or None without a From address."""
        values = self.values
        if values.default_from_address is None:
            return None
        return from_header(values.default_from_display_name, values.default_from_address)


@dataclass(frozen=True, slots=True)
class CurrentSettings:
    """The settings in a transaction: the values in force, their revision, the stored secrets."""

    revision: int
    values: SettingsValues
    row: EmailSettingsRow | None
    secrets: SecretStore


async def load_current(session: Session, scope: str, keys: KeySource) -> CurrentSettings:
    """Reads the settings in force, inside the caller's transaction."""
    row = await current_revision(session, scope)
    secrets = await SecretStore.load(session, scope, keys)
    if row is None:
        return CurrentSettings(0, NOTHING_SAVED, None, secrets)
    return CurrentSettings(row.revision, values_of(row), row, secrets)


def describe(row: EmailSettingsRow, secrets: SecretStore | None, now: datetime) -> SettingsState:
    """Describes a revision's row; an earlier revision has no stored `secrets`."""
    values = values_of(row)
    statuses = {
        name: status_then(name, values) if secrets is None else secrets.status(name, values)
        for name in SecretName
    }
    unreadable = {name for name in SecretName if statuses[name].state is SecretState.UNREADABLE}
    certificates = certificates_of(values.trusted_certificates)
    situation = Situation(values, certificates, now, frozenset(unreadable))
    return SettingsState(
        revision=row.revision,
        values=values,
        secrets=statuses,
        certificates=certificates,
        client_certificate=situation.client_certificate,
        provider=situation.provider,
        problems=review(situation),
        updated_at=read_instant(row.created_at),
        updated_by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        reason=row.reason,
        restored_from=row.restored_from,
        audit_sequence=row.audit_seq,
    )


def values_of(row: EmailSettingsRow) -> SettingsValues:
    """Reads the values of a row; null stands for a field's default.

    Raises:
        ValueError: a cell does not contain a value of its field.
    """
    cells = {field: getattr(row, field.attribute) for field in FIELDS}
    values = {
        field.attribute: field.default if cell is None else field.kind.from_cell(cell)
        for field, cell in cells.items()
    }
    versions = {name.version_attribute: getattr(row, name.version_attribute) for name in SecretName}
    return NOTHING_SAVED.with_values(values | versions)


@dataclass(frozen=True, slots=True)
class RevisionOrigin:
    """The origin of a new revision: who made it, when, why, and with which event."""

    actor: Actor
    created_at: str
    audit_seq: int
    reason: str | None = None
    restored_from: int | None = None


def row_of(
    scope: str, revision: int, values: SettingsValues, origin: RevisionOrigin
) -> EmailSettingsRow:
    """Makes the row of a new revision; the inverse of `values_of`."""
    # mypy cannot check these names; they are compared with the columns at import, below.
    cells: dict[str, Any] = {
        field.attribute: field.kind.to_cell(field.get(values)) for field in FIELDS
    }
    for name in SecretName:
        cells[name.version_attribute] = values.secret_version(name)
    return EmailSettingsRow(
        scope=scope,
        revision=revision,
        created_at=origin.created_at,
        actor_kind=origin.actor.kind.value,
        actor_id=origin.actor.id,
        actor_name=origin.actor.name,
        reason=origin.reason,
        restored_from=origin.restored_from,
        audit_seq=origin.audit_seq,
        **cells,
    )


_COLUMNS: Final = {
    *(field.attribute for field in FIELDS),
    *(name.version_attribute for name in SecretName),
}
_MISSING: Final = _COLUMNS - set(EmailSettingsRow.model_fields)
if _MISSING:
    raise TypeError(f"these settings have no column in db/tables.py: {sorted(_MISSING)}")
