"""Stretches of numbered lists, by keyset: their cost does not grow with the list."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, asc, desc
from sqlmodel.sql.expression import SelectOfScalar

from db.engine.database import Session

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a newest-first list: between two numbers (both exclusive), cut to `limit`.

    `newest` says which end is kept where there is more.
    """

    limit: int
    above: int | None = None
    below: int | None = None
    newest: bool = True

    def bounds(self, number: SQLColumnExpression[int]) -> list[ColumnElement[bool]]:
        """The conditions on a row's number."""
        bounds = []
        if self.above is not None:
            bounds.append(number > self.above)
        if self.below is not None:
            bounds.append(number < self.below)
        return bounds


async def rows_in_window(
    session: Session, query: SelectOfScalar[RowT], number: SQLColumnExpression[int], window: Window
) -> list[RowT]:
    """Reads the rows of a query that lie in a window, newest first.

    Args:
        session: the transaction.
        query: which rows, without an order.
        number: the column that numbers them; its index decides what the window costs.
        window: which stretch of them.
    """
    order = desc if window.newest else asc
    query = query.where(*window.bounds(number)).order_by(order(number)).limit(window.limit)
    rows = list((await session.exec(query)).all())
    return rows if window.newest else rows[::-1]
