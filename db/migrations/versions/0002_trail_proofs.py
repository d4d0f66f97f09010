"""The trail becomes evidence: tree, checkpoints, keys, search; guards on all of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.guards import create_guards, drop_guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    drop_guards(op.get_bind())
    _create_tree()
    _create_search()
    _create_archive()
    _create_indexes()
    create_guards(op.get_bind())


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create_tree() -> None:
    op.create_table(
        "audit_node",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_key",
        sa.Column("from_size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("verifier_key", sa.Text, nullable=False),
    )
    # Null until the service, which has the key and knows the tree's rules, first opens the trail.
    op.add_column("audit_head", sa.Column("origin", sa.Text))
    op.add_column("audit_head", sa.Column("frontier", sa.LargeBinary))
    op.add_column("audit_head", sa.Column("verifier_key", sa.Text))


def _create_search() -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("words", sa.Text, nullable=False),
    ]
    if _on_postgresql():
        vector = sa.Computed("array_to_tsvector(string_to_array(words, ' '))", persisted=True)
        columns.append(sa.Column("vector", sa.dialects.postgresql.TSVECTOR, vector))
    op.create_table("audit_search", *columns)
    if _on_postgresql():
        op.create_index("audit_search_vector", "audit_search", ["vector"], postgresql_using="gin")
        return
    # The service prepares the words (`audit.trail.words`), so the index only has to split them.
    op.execute(
        "CREATE VIRTUAL TABLE audit_search_words USING fts5(words, content='audit_search', "
        "content_rowid='seq', detail=none, "
        "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    )


def _create_archive() -> None:
    op.create_table(
        "audit_archive",
        sa.Column("log_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
    )


def _create_indexes() -> None:
    op.create_index("audit_event_actor", "audit_event", ["actor_id", "seq"])
    op.create_index("audit_event_outcome", "audit_event", ["outcome", "seq"])
    op.create_index("audit_event_revision", "audit_event", ["revision", "seq"])
    op.create_index("audit_event_time", "audit_event", ["ts", "seq"])
