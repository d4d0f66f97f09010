"""The tables, as row classes. Their SQL definitions are in `migrations/`.

SQLModel does not validate a class with `table=True`, so callers validate before they create a row.
Instants are text of a fixed width (`db.instant`), so that both databases sort them alike. The code
never writes the columns that the database generates from an event's body.
"""

from sqlmodel import Field, SQLModel

HOST_SCOPE = "host"
"""The scope of the settings of the whole host, currently the only scope."""


class EmailSettingsHead(SQLModel, table=True):
    """The revision in force, one row per scope; 0 if nothing was saved yet. Writers lock it."""

    __tablename__ = "email_settings"

    scope: str = Field(primary_key=True)
    revision: int


class EmailSettingsRow(SQLModel, table=True):
    """One revision of the settings, complete and immutable. Of secrets it has only versions."""

    __tablename__ = "email_settings_revision"

    scope: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    smtp_host: str | None
    smtp_domain: str | None
    smtp_port: int
    smtp_username: str | None
    smtp_password_version: int | None
    default_from_address: str | None
    default_from_display_name: str | None
    enable_secure_connection: bool
    tls_mode: str
    trusted_certificates: str
    auth_mechanism: str
    oauth2_token_url: str | None
    oauth2_client_id: str | None
    oauth2_client_secret_version: int | None
    oauth2_scope: str | None
    ehlo_hostname: str | None
    timeout_seconds: int
    reply_to_address: str | None
    client_certificate: str | None
    client_key_version: int | None
    revocation_check: str | None
    created_at: str
    actor_kind: str
    actor_id: str | None
    actor_name: str
    reason: str | None
    restored_from: int | None
    audit_seq: int


class StoredSecret(SQLModel, table=True):
    """The current value of a secret, sealed. A replaced or cleared value is deleted."""

    __tablename__ = "stored_secret"

    scope: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int
    key_id: str
    nonce: bytes = Field(repr=False)
    ciphertext: bytes = Field(repr=False)
    updated_at: str


class SecretFingerprint(SQLModel, table=True):
    """The version number of a secret's value, which is found again by its keyed fingerprint."""

    __tablename__ = "secret_fingerprint"

    scope: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    fingerprint: bytes = Field(repr=False)


class EmailTestRow(SQLModel, table=True):
    """A test email. `report` is JSON: first the planned stages, in the end the results."""

    __tablename__ = "test_email"

    id: str = Field(primary_key=True)
    number: int
    outcome: str
    depth: str
    recipient: str | None
    revision: int
    used_unsaved_changes: bool
    values_digest: str = Field(repr=False)
    report: str
    actor_kind: str
    actor_id: str | None
    actor_name: str
    owner: int
    idempotency_key: str | None
    cancelled_by: str | None
    started_at: str
    finished_at: str | None


class AuditEventRow(SQLModel, table=True):
    """One event of the trail. The trail proves `body`; the other columns follow from it."""

    __tablename__ = "audit_event"

    seq: int = Field(primary_key=True)
    body: str
    leaf: str
    prev: str | None
    ts: str
    action: str
    outcome: str
    actor_id: str | None
    revision: int | None
    correlation_id: str | None


class AuditHead(SQLModel, table=True):
    """The end of the trail: one row, which each appending transaction locks.

    `frontier` is the tree's right edge (`audit.c2sp.tree`), 32 bytes per subtree; `verifier_key`
    belongs to the signing key in use. Both are null until `audit.trail.opening` opens the trail.
    """

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    log_id: str
    size: int
    last_leaf: str | None
    last_ts: str | None
    origin: str | None
    frontier: bytes | None
    verifier_key: str | None


class AuditNode(SQLModel, table=True):
    """The root hash (32 bytes) of a complete subtree: `2 ** level` leaves from `idx << level`."""

    __tablename__ = "audit_node"

    level: int = Field(primary_key=True)
    idx: int = Field(primary_key=True)
    hash: bytes


class AuditCheckpointRow(SQLModel, table=True):
    """A checkpoint: the signed note for the trail's first `size` events."""

    __tablename__ = "audit_checkpoint"

    size: int = Field(primary_key=True)
    note: str


class AuditKeyRow(SQLModel, table=True):
    """The verifier key of the checkpoints from a size on, until the next key's size."""

    __tablename__ = "audit_key"

    from_size: int = Field(primary_key=True)
    verifier_key: str


class AuditSearchRow(SQLModel, table=True):
    """An event's words, separated by spaces; the search's index covers them."""

    __tablename__ = "audit_search"

    seq: int = Field(primary_key=True)
    words: str


class AuditArchiveRow(SQLModel, table=True):
    """A row of an ended trail: an `event`, a `checkpoint` or a `key`, at its position."""

    __tablename__ = "audit_archive"

    log_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    content: str


class AccessTokenRow(SQLModel, table=True):
    """A bearer token, stored only as its SHA-256 hash."""

    __tablename__ = "access_token"

    id: str = Field(primary_key=True)
    number: int
    name: str
    role: str
    token_hash: str = Field(repr=False)
    created_at: str
    actor_kind: str
    actor_id: str | None
    actor_name: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None
