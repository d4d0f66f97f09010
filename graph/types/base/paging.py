"""Connections (Relay): keyset pages with opaque cursors that stay valid while the list grows."""

import re
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry

from graph.errors import bad_input
from graph.types.base.ids import key_of, write_id
from service.process import MAX_NUMBER, Page, PageRequest

T = TypeVar("T")
MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
_CURSOR_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}")

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="How many from the start of the list; at most 100."),
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only what follows this cursor.")
]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many from the end of the list; at most 100.")
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only what comes before this cursor.")
]


@strawberry.type(description="Whether a list goes on, and from where.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether more follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether more comes before this page.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor.")


def page_request(
    kind: str, first: int | None, after: str | None, last: int | None, before: str | None
) -> PageRequest:
    """The page that a connection's arguments ask for.

    Args:
        kind: the list's name in its cursors, with a version: `AuditEvent.v1`.
        first: how many from the start.
        after: a cursor.
        last: how many from the end.
        before: a cursor.

    Raises:
        GraphQLError: BAD_USER_INPUT, for a size or cursor that cannot be taken.
    """
    if first is not None and last is not None:
        raise bad_input("Give first or last, not both.")
    name, size = ("last", last) if last is not None else ("first", first)
    if size is not None and not 0 <= size <= MAX_PAGE:
        raise bad_input(f"{name} must be between 0 and {MAX_PAGE}.")
    return PageRequest(
        size=DEFAULT_PAGE if size is None else size,
        forward=last is None,
        after=_number(kind, "after", after),
        before=_number(kind, "before", before),
    )


def cursor(kind: str, number: int) -> str:
    """An item's cursor."""
    return write_id(kind, number)


def page_info(page: Page[T], cursors: list[str]) -> PageInfo:
    """What to say of a page."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def _number(kind: str, name: str, text: str | None) -> int | None:
    if text is None:
        return None
    key = key_of(text, kind)
    if key is None or not _CURSOR_NUMBER.fullmatch(key) or int(key) > MAX_NUMBER:
        raise bad_input(
            f"{name} is not a cursor of this list: take one from its edges or pageInfo."
        )
    return int(key)
