"""Queries on the settings and their revisions."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Table, desc
from sqlalchemy import select as core_select
from sqlmodel import SQLModel, col, func, select

from db.engine.database import Session
from db.queries.keyset import Window, rows_in_window
from db.queries.plain import plain_rows
from db.tables import EmailSettingsHead, EmailSettingsRow

_TABLE: Final[Table] = SQLModel.metadata.tables[EmailSettingsRow.__tablename__]


async def lock_head(session: Session, scope: str) -> EmailSettingsHead:
    """Reads a scope's head row, and locks it for the transaction: other writers wait here."""
    query = select(EmailSettingsHead).where(EmailSettingsHead.scope == scope).with_for_update()
    return (await session.exec(query)).one()


async def read_head(session: Session, scope: str) -> EmailSettingsHead:
    """Reads a scope's head row without locking it."""
    return (
        await session.exec(select(EmailSettingsHead).where(EmailSettingsHead.scope == scope))
    ).one()


async def newest_revision(session: Session, scope: str) -> int:
    """Returns the highest revision that is stored, or 0."""
    query = select(func.max(col(EmailSettingsRow.revision))).where(EmailSettingsRow.scope == scope)
    return (await session.exec(query)).one() or 0


async def count_linked(session: Session, scope: str, upto: int) -> int:
    """Counts the revisions up to `upto` that are linked to an event other than event 0."""
    query = (
        select(func.count())
        .select_from(EmailSettingsRow)
        .where(
            EmailSettingsRow.scope == scope,
            col(EmailSettingsRow.revision) <= upto,
            EmailSettingsRow.audit_seq != 0,
        )
    )
    return (await session.exec(query)).one()


async def revision_cells(
    session: Session, scope: str, columns: Sequence[str], first: int, last: int
) -> list[Sequence[str | int | bool | None]]:
    """Reads some columns of the revisions from `first` to `last`, both included, in order."""
    number = _TABLE.c.revision
    query = (
        core_select(*(_TABLE.c[name] for name in columns))
        .where(_TABLE.c.scope == scope, number >= first, number <= last)
        .order_by(number)
    )
    return [tuple(row) for row in (await (await session.connection()).execute(query)).all()]


async def revision_number(session: Session, scope: str) -> int:
    """Returns the number of the revision in force, or 0 if nothing was saved yet."""
    query = select(EmailSettingsHead.revision).where(EmailSettingsHead.scope == scope)
    return (await session.exec(query)).one()


async def current_revision(session: Session, scope: str) -> EmailSettingsRow | None:
    """Returns the revision in force, or None if nothing was saved yet."""
    query = (
        select(EmailSettingsRow)
        .join(
            EmailSettingsHead,
            (col(EmailSettingsHead.scope) == col(EmailSettingsRow.scope))
            & (col(EmailSettingsHead.revision) == col(EmailSettingsRow.revision)),
        )
        .where(EmailSettingsRow.scope == scope)
    )
    return (await session.exec(query)).one_or_none()


async def revision_row(session: Session, scope: str, revision: int) -> EmailSettingsRow | None:
    """Returns a revision by its number."""
    return await session.get(EmailSettingsRow, (scope, revision))


async def revision_rows(
    session: Session, scope: str, first: int, last: int
) -> dict[int, EmailSettingsRow]:
    """Returns the revisions from `first` to `last`, both included; the rows are read-only."""
    number = col(EmailSettingsRow.revision)
    within = (col(EmailSettingsRow.scope) == scope, number >= first, number <= last)
    rows = await plain_rows(session, EmailSettingsRow, *within)
    return {row.revision: row for row in rows}


async def revision_at(session: Session, scope: str, instant: str) -> EmailSettingsRow | None:
    """Returns the revision that was in force at an instant (a text as `db.instant` writes it)."""
    query = (
        select(EmailSettingsRow)
        .where(EmailSettingsRow.scope == scope, EmailSettingsRow.created_at <= instant)
        .order_by(desc(col(EmailSettingsRow.revision)))
        .limit(1)
    )
    return (await session.exec(query)).one_or_none()


async def revisions(session: Session, scope: str, window: Window) -> list[EmailSettingsRow]:
    """Reads the revisions of a window, newest first."""
    query = select(EmailSettingsRow).where(EmailSettingsRow.scope == scope)
    return await rows_in_window(session, query, col(EmailSettingsRow.revision), window)
