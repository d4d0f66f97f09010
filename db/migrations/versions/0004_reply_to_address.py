"""The settings get an address for replies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("email_settings_revision", sa.Column("reply_to_address", sa.Text))
