"""Alembic's entry: runs the steps on the connection that `db.migrate` hands in."""

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run through db.migrate")
context.configure(connection=connection, transactional_ddl=True)
# The caller's transaction holds all the steps: either all of them happen or none.
context.run_migrations()
