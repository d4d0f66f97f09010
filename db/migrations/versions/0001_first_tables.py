"""The first tables: settings and their revisions, secrets, test emails, the trail, tokens."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ACTOR = ("actor_kind", "actor_id", "actor_name")


def upgrade() -> None:
    _create_settings()
    _create_secrets()
    _create_test_emails()
    _create_trail()
    _create_tokens()
    guard = _guard_postgresql if _on_postgresql() else _guard_sqlite
    guard("audit_event")
    guard("email_settings_revision")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _actor_columns() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=name == "actor_id") for name in _ACTOR]


def _create_settings() -> None:
    head = op.create_table(
        "email_settings",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.bulk_insert(head, [{"scope": "host", "revision": 0}])
    op.create_table(
        "email_settings_revision",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("smtp_host", sa.Text),
        sa.Column("smtp_domain", sa.Text),
        sa.Column("smtp_port", sa.Integer, nullable=False),
        sa.Column("smtp_username", sa.Text),
        sa.Column("smtp_password_version", sa.Integer),
        sa.Column("default_from_address", sa.Text),
        sa.Column("default_from_display_name", sa.Text),
        sa.Column("enable_secure_connection", sa.Boolean, nullable=False),
        sa.Column("tls_mode", sa.Text, nullable=False),
        sa.Column("trusted_certificates", sa.Text, nullable=False),
        sa.Column("auth_mechanism", sa.Text, nullable=False),
        sa.Column("oauth2_token_url", sa.Text),
        sa.Column("oauth2_client_id", sa.Text),
        sa.Column("oauth2_client_secret_version", sa.Integer),
        sa.Column("oauth2_scope", sa.Text),
        sa.Column("ehlo_hostname", sa.Text),
        sa.Column("timeout_seconds", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        *_actor_columns(),
        sa.Column("reason", sa.Text),
        sa.Column("restored_from", sa.Integer),
        sa.Column("audit_seq", sa.Integer, nullable=False),
    )


def _create_secrets() -> None:
    op.create_table(
        "stored_secret",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    op.create_table(
        "secret_fingerprint",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("scope", "name", "fingerprint"),
    )


def _create_test_emails() -> None:
    op.create_table(
        "test_email",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("depth", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("used_unsaved_changes", sa.Boolean, nullable=False),
        sa.Column("values_digest", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        *_actor_columns(),
        sa.Column("owner", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
    )
    op.create_index("test_email_values", "test_email", ["values_digest", "number"])
    op.create_index("test_email_outcome", "test_email", ["outcome", "number"])
    op.create_index("test_email_actor", "test_email", ["actor_id", "number"])
    op.create_index("test_email_key", "test_email", ["actor_id", "idempotency_key", "number"])


def _create_trail() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("leaf", sa.Text, nullable=False),
        sa.Column("prev", sa.Text),
        _generated("ts", sa.Text, "ts"),
        _generated("action", sa.Text, "action"),
        _generated("outcome", sa.Text, "outcome"),
        _generated("actor_id", sa.Text, "actor", "id"),
        _generated("revision", sa.Integer, "revision"),
        _generated("correlation_id", sa.Text, "correlation_id"),
    )
    op.create_index("audit_event_action", "audit_event", ["action", "seq"])
    op.create_index("audit_event_correlation", "audit_event", ["correlation_id", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("last_leaf", sa.Text),
        sa.Column("last_ts", sa.Text),
        sa.CheckConstraint("id = 1"),
    )
    op.bulk_insert(head, [{"id": 1, "log_id": str(uuid4()), "size": 0}])


def _generated(name: str, kind: type[sa.Text | sa.Integer], *path: str) -> sa.Column[str | int]:
    """Returns a column that is computed from the body, so that it cannot be edited separately."""
    if _on_postgresql():
        expression = f"(body::jsonb #>> '{{{','.join(path)}}}')"
        if kind is sa.Integer:
            expression = f"({expression})::integer"
    else:
        expression = f"json_extract(body, '$.{'.'.join(path)}')"
    return sa.Column(name, kind, sa.Computed(expression, persisted=True))


def _create_tokens() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.Text, nullable=False),
        *_actor_columns(),
        sa.Column("expires_at", sa.Text),
        sa.Column("last_used_at", sa.Text),
        sa.Column("revoked_at", sa.Text),
    )


def _guard_sqlite(table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    op.execute(
        f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
        f"WHEN NOT ({_in_order(table)}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: out of order'); END"
    )


def _guard_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE FUNCTION {table}_order() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT ({_in_order(table)}) THEN "
        f"RAISE EXCEPTION '{table} is append-only: out of order'; END IF; RETURN NEW; END $$"
    )
    guards = {
        "no_change": ("BEFORE UPDATE OR DELETE", "ROW", "refuse"),
        "no_truncate": ("BEFORE TRUNCATE", "STATEMENT", "refuse"),
        "in_order": ("BEFORE INSERT", "ROW", "order"),
    }
    for name, (when, each, function) in guards.items():
        op.execute(
            f"CREATE TRIGGER {table}_{name} {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_{function}()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}")


def _in_order(table: str) -> str:
    """Returns the condition for a new row: it comes next, so it makes no gap and replaces none."""
    if table == "audit_event":
        return "NEW.seq = (SELECT COALESCE(MAX(seq), -1) + 1 FROM audit_event)"
    return (
        "NEW.revision = (SELECT COALESCE(MAX(revision), 0) + 1 "
        "FROM email_settings_revision WHERE scope = NEW.scope)"
    )
