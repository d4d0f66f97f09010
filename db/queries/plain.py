"""Read-only rows: they have an entity's attributes, at a tenth of its cost."""

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlmodel import SQLModel

from db.engine.database import Session

RowT = TypeVar("RowT", bound=SQLModel)


async def plain_rows(
    session: Session,
    of: type[RowT],
    *conditions: ColumnElement[bool],
    order: Iterable[SQLColumnExpression[object]] = (),
) -> Sequence[RowT]:
    """Reads a table's rows that meet all conditions.

    Unlike entities, they cannot be changed, and two rows with the same id stay two rows.
    """
    query = select(SQLModel.metadata.tables[str(of.__tablename__)])
    query = query.where(*conditions).order_by(*order)
    found = await (await session.connection()).execute(query)
    return cast("Sequence[RowT]", found.all())
