"""The settings get a client certificate with its key, and a check for revoked certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("email_settings_revision", sa.Column("client_certificate", sa.Text))
    op.add_column("email_settings_revision", sa.Column("client_key_version", sa.Integer))
    op.add_column("email_settings_revision", sa.Column("revocation_check", sa.Text))
