"""A guard on the fingerprints of secrets: a version number is assigned to one value for ever."""

from alembic import op

from db.guards import create_guards, drop_guards

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    drop_guards(op.get_bind())
    create_guards(op.get_bind())
