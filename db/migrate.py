"""Brings a database's tables to the state that this version of the code expects.

Alembic is imported only if a migration is pending: importing it takes a third of the time of a
start.
"""

from importlib.resources import files
from typing import Final

from sqlalchemy import Connection, inspect, text

from db.engine.database import Database

_LOCK: Final = 5713846201


async def upgrade(database: Database) -> None:
    """Runs the missing migrations in one transaction: either all of them take effect or none."""
    if not await pending(database):
        return
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)


async def pending(database: Database) -> bool:
    """Returns whether migrations are missing, or the database is newer than this code."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current) != _newest()


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _newest() -> str:
    """Returns the newest migration's number, from file names such as `0001_what_it_does.py`."""
    steps = (files("db") / "migrations" / "versions").iterdir()
    return max(step.name.partition("_")[0] for step in steps if step.name[:4].isdecimal())


def _upgrade(connection: Connection, step: str = "head") -> None:
    from alembic import command  # noqa: PLC0415 (see above)
    from alembic.config import Config  # noqa: PLC0415 (see above)

    if connection.dialect.name == "postgresql":
        # Otherwise two processes that start at the same time would both create the tables.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(files("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, step)
