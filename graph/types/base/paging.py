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
    strawberry.argument(
        description="Returns at most this many items from the start of the list, 0 to 100. The "
        "default is 20."
    ),
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Returns only items after this cursor.")
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="Returns at most this many items from the end of the list, 0 to 100."
    ),
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Returns only items before this cursor.")
]


@strawberry.type(description="Information about a page of a connection (Relay).")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(
        description="Whether there are more items after this page."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are more items before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item, for `before`. Null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, for `after`. Null if the page is empty."
    )


def page_request(
    kind: str, first: int | None, after: str | None, last: int | None, before: str | None
) -> PageRequest:
    """Returns the page that a connection's arguments request.

    Args:
        kind: the list's name in its cursors, with a version: `AuditEvent.v1`.
        first: how many items from the start.
        after: a cursor.
        last: how many items from the end.
        before: a cursor.

    Raises:
        GraphQLError: BAD_USER_INPUT, if a size or a cursor is invalid.
    """
    if first is not None and last is not None:
        raise bad_input("Use either first or last, not both.")
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
    """Returns an item's cursor."""
    return write_id(kind, number)


def page_info(page: Page[T], cursors: list[str]) -> PageInfo:
    """Returns what a connection reports about its page."""
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
        raise bad_input(f"{name} is not a cursor of this list. Use one from its edges or pageInfo.")
    return int(key)
