"""Alembic's entry point: runs the migrations on the connection that `db.migrate` passes in."""

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run through db.migrate")
context.configure(connection=connection, transactional_ddl=True)
# All migrations run in the caller's transaction: either all of them take effect or none.
context.run_migrations()
