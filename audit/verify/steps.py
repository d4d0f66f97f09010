"""Reads a trail's events in steps, and skips events that cannot be read."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias, TypeVar

from sqlalchemy.exc import DBAPIError

from audit.standalone.findings import Findings
from db.engine.damage import apart, is_damage, reason_of
from db.engine.database import Session
from db.queries.trail_reading import EventRow, LeafRow, next_number

STEP: Final = 2_000

Row = TypeVar("Row", EventRow, LeafRow)
Reader: TypeAlias = Callable[[Session, int, int], Awaitable[Sequence[Row]]]
"""Reads the events above a number, up to a limit."""
Empty: TypeAlias = Callable[[int, str, str], Row]
"""Makes the row that replaces an unreadable row: sequence number, body and leaf hash."""


async def next_rows(
    session: Session,
    findings: Findings,
    above: int,
    read: Reader[Row],
    empty: Empty[Row],
) -> Sequence[Row]:
    """Returns the next rows after a sequence number; fewer before an unreadable row.

    An unreadable row becomes a finding and an empty row.

    Raises:
        DBAPIError: no row can be read, because a table or a column is missing; or an outage.
    """
    limit, reason = STEP, ""
    while limit > 0:
        try:
            async with apart(session):
                return await read(session, above, limit)
        except DBAPIError as error:
            if not is_damage(error):
                raise
            reason = reason_of(error)
        limit //= 2
    await read(session, above, 0)  # raises if the cause is not this row
    seq = await next_number(session, above)
    if seq is None:
        return []
    findings.add("UNREADABLE", seq, f"its row: {reason}")
    return [empty(seq, "", "")]
