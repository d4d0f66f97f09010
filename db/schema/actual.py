"""The schema that a database has now, for comparison with `db.schema.expected`.

It covers the service's tables and everything attached to them: columns, constraints, indexes,
rules, triggers with their code. It also covers what could interfere from outside, such as a view
instead of a table, or an operator that overloads PostgreSQL's own. Objects of other applications in
the same database are left out, as long as they cannot affect the service's tables.
"""

from typing import Final

from sqlalchemy import Connection
from sqlmodel import SQLModel

import db.tables  # noqa: F401 (fills the metadata)
from db.schema.interference import read_interference
from db.schema.postgresql import catalog_names_only, find_tables, read_table_schema
from db.schema.sqlite import read_file_schema

TABLES: Final = frozenset(SQLModel.metadata.tables) | {"alembic_version"}
"""All tables of the service. Any trigger or rule on them that is not the service's is reported."""


def read_schema(connection: Connection) -> dict[str, str]:
    """Reads the definitions of the service's tables and of what could affect them, by name."""
    if connection.dialect.name == "sqlite":
        return read_file_schema(connection, TABLES)
    tables = find_tables(connection, TABLES)
    with catalog_names_only(connection) as search_path:
        attached = read_table_schema(connection, tables)
        return attached | read_interference(connection, tables, search_path)
