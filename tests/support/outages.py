"""Outages: a database that lacks a table for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from service.process.runtime import Runtime


@asynccontextmanager
async def without(runtime: Runtime, table: str) -> AsyncIterator[None]:
    """Hides one of the service's tables while the context is open."""
    async with runtime.database.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    yield
    async with runtime.database.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
