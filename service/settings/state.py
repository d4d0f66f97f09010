"""A revision of the settings as it is read: values, secrets' states, who made it and when."""

import json
from dataclasses import dataclass
from datetime import datetime

from audit.event import Actor, ActorKind
from db.engine.database import Session
from db.instant import read_instant
from db.queries.settings import current_revision
from db.tables import EmailSettingsRow
from mail.account import SaslMechanism, TlsMode
from mail.message import from_header
from mail.providers import Provider
from service.process.keys import KeySource
from service.settings.secrets import SecretState, SecretStatus, SecretStore, status_then
from service.values.advice import Situation, review
from service.values.certificates import CertificateFacts, certificates_of
from service.values.fields import read_certificates
from service.values.problems import Problem
from service.values.settings_values import NOTHING_SAVED, SecretName, SettingsValues


@dataclass(frozen=True, slots=True)
class SettingsState:
    """One revision, with everything that may be said of it."""

    revision: int
    values: SettingsValues
    smtp_password: SecretStatus
    oauth2_client_secret: SecretStatus
    certificates: tuple[CertificateFacts, ...]
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
        statuses = {
            SecretName.SMTP_PASSWORD: self.smtp_password,
            SecretName.OAUTH2_CLIENT_SECRET: self.oauth2_client_secret,
        }
        return tuple(
            name for name, status in statuses.items() if status.state is SecretState.UNREADABLE
        )

    @property
    def from_header(self) -> str | None:
        """The From header as messages carry it; None without a From address."""
        values = self.values
        if values.default_from_address is None:
            return None
        return from_header(values.default_from_display_name, values.default_from_address)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a transaction finds: the values in force, their revision, the stored secrets."""

    revision: int
    values: SettingsValues
    row: EmailSettingsRow | None
    secrets: SecretStore


async def find_stand(session: Session, scope: str, keys: KeySource) -> Stand:
    """The settings in force, inside the caller's transaction."""
    row = await current_revision(session, scope)
    secrets = await SecretStore.load(session, scope, keys)
    if row is None:
        return Stand(0, NOTHING_SAVED, None, secrets)
    return Stand(row.revision, values_of(row), row, secrets)


def describe(row: EmailSettingsRow, secrets: SecretStore | None, now: datetime) -> SettingsState:
    """A revision's row as it is shown; an earlier revision goes without the stored secrets."""
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
        smtp_password=statuses[SecretName.SMTP_PASSWORD],
        oauth2_client_secret=statuses[SecretName.OAUTH2_CLIENT_SECRET],
        certificates=certificates,
        provider=situation.provider,
        problems=review(situation),
        updated_at=read_instant(row.created_at),
        updated_by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        reason=row.reason,
        restored_from=row.restored_from,
        audit_sequence=row.audit_seq,
    )


def values_of(row: EmailSettingsRow) -> SettingsValues:
    """The values that a row keeps."""
    return SettingsValues(
        smtp_host=row.smtp_host,
        smtp_domain=row.smtp_domain,
        smtp_port=row.smtp_port,
        smtp_username=row.smtp_username,
        smtp_password_version=row.smtp_password_version,
        default_from_address=row.default_from_address,
        default_from_display_name=row.default_from_display_name,
        enable_secure_connection=row.enable_secure_connection,
        tls_mode=TlsMode(row.tls_mode),
        trusted_certificates=certificates_in(row),
        auth_mechanism=SaslMechanism(row.auth_mechanism),
        oauth2_token_url=row.oauth2_token_url,
        oauth2_client_id=row.oauth2_client_id,
        oauth2_client_secret_version=row.oauth2_client_secret_version,
        oauth2_scope=row.oauth2_scope,
        ehlo_hostname=row.ehlo_hostname,
        timeout_seconds=row.timeout_seconds,
    )


def certificates_in(row: EmailSettingsRow) -> tuple[str, ...]:
    """The certificates that a row keeps.

    Raises:
        ValueError: it is no list of them, one text each.
    """
    kept = json.loads(row.trusted_certificates)
    found = read_certificates("".join(kept)) if isinstance(kept, list) else ()
    if [*found] != kept:
        raise ValueError("the saved certificates are no list of certificates")
    return found


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a new revision comes from."""

    actor: Actor
    created_at: str
    audit_seq: int
    reason: str | None = None
    restored_from: int | None = None


def row_of(scope: str, revision: int, values: SettingsValues, origin: Origin) -> EmailSettingsRow:
    """A new revision's row: the inverse of `values_of`."""
    return EmailSettingsRow(
        scope=scope,
        revision=revision,
        smtp_host=values.smtp_host,
        smtp_domain=values.smtp_domain,
        smtp_port=values.smtp_port,
        smtp_username=values.smtp_username,
        smtp_password_version=values.smtp_password_version,
        default_from_address=values.default_from_address,
        default_from_display_name=values.default_from_display_name,
        enable_secure_connection=values.enable_secure_connection,
        tls_mode=values.tls_mode.value,
        trusted_certificates=json.dumps(values.trusted_certificates),
        auth_mechanism=values.auth_mechanism.value,
        oauth2_token_url=values.oauth2_token_url,
        oauth2_client_id=values.oauth2_client_id,
        oauth2_client_secret_version=values.oauth2_client_secret_version,
        oauth2_scope=values.oauth2_scope,
        ehlo_hostname=values.ehlo_hostname,
        timeout_seconds=values.timeout_seconds,
        created_at=origin.created_at,
        actor_kind=origin.actor.kind.value,
        actor_id=origin.actor.id,
        actor_name=origin.actor.name,
        reason=origin.reason,
        restored_from=origin.restored_from,
        audit_seq=origin.audit_seq,
    )
