"""The schema as it stands in a database now, to be held against `db.schema.expected`.

Everything that is the service's tables, or stands at them: columns, constraints, indexes, triggers
with what they do; and what could undo them from beside, such as a rule, a view in a table's place,
an operator of somebody else's. Each is told in one line of text under a name. What other
applications keep in the same database is left out, as long as it cannot touch ours.
"""

from typing import Final

from sqlalchemy import Connection
from sqlmodel import SQLModel

import db.tables  # noqa: F401 (fills the metadata)
from db.schema.beside import beside
from db.schema.postgresql import found_tables, look_at_catalogue, standing_at_tables
from db.schema.sqlite import standing_in_file

TABLES: Final = frozenset(SQLModel.metadata.tables) | {"alembic_version"}
"""All tables of the service: in none of them anybody else's trigger or rule has a place."""


def read_schema(connection: Connection) -> dict[str, str]:
    """What stands at the service's tables, by name."""
    if connection.dialect.name == "sqlite":
        return standing_in_file(connection, TABLES)
    tables = found_tables(connection, TABLES)
    with look_at_catalogue(connection) as schemas:
        return standing_at_tables(connection, tables) | beside(connection, tables, schemas)
