"""Windows of numbered lists, read by keyset: their cost does not grow with the list."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, asc, desc
from sqlmodel.sql.expression import SelectOfScalar

from db.engine.database import Session

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a newest-first list: between two numbers (both exclusive), at most `limit` rows.

    If there are more rows, `newest` decides whether the newest or the oldest are kept.
    """

    limit: int
    above: int | None = None
    below: int | None = None
    newest: bool = True

    def bounds(self, number: SQLColumnExpression[int]) -> list[ColumnElement[bool]]:
        """Builds the conditions on a row's number."""
        bounds = []
        if self.above is not None:
            bounds.append(number > self.above)
        if self.below is not None:
            bounds.append(number < self.below)
        return bounds


async def rows_in_window(
    session: Session, query: SelectOfScalar[RowT], number: SQLColumnExpression[int], window: Window
) -> list[RowT]:
    """Reads the rows of a query that are in a window, newest first.

    Args:
        session: the transaction.
        query: selects the rows, without an order.
        number: the column that numbers the rows; the cost depends on its index.
        window: the part of the rows to read.
    """
    order = desc if window.newest else asc
    query = query.where(*window.bounds(number)).order_by(order(number)).limit(window.limit)
    rows = list((await session.exec(query)).all())
    return rows if window.newest else rows[::-1]
