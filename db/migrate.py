"""Brings a database's tables to the state that this version of the code expects."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.database import Database


async def upgrade(database: Database) -> None:
    """Runs the missing steps in one transaction: all of them happen or none."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)


async def pending(database: Database) -> bool:
    """Whether steps are missing, or the database is newer than this code."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current) != _newest()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two processes that start at once would both create the tables.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5713846201)")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
