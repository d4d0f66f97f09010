"""Pages of newest-first lists, by keyset: their cost does not grow with the list."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from db.queries.keyset import Window

T = TypeVar("T")

MAX_NUMBER: Final = 2**31 - 1
"""The largest number that is used: both databases and GraphQL's Int accept it."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of a list in descending order: `size` items after or before an item's number.

    With `forward`, items are taken from the list's start (the newest), otherwise from its end.
    """

    size: int
    forward: bool = True
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items, newest first, and whether there are more on either side."""

    items: Sequence[T]
    has_next: bool
    has_previous: bool


async def read_page(
    request: PageRequest, read: Callable[[Window], Awaitable[Sequence[T]]]
) -> Page[T]:
    """Reads a page, and one more item to see whether the list continues."""
    window = Window(
        limit=request.size + 1,
        above=request.before,
        below=request.after,
        newest=request.forward,
    )
    found = await read(window)
    more = len(found) > request.size
    if request.forward:
        items = found[: request.size]
        return Page(items, has_next=more, has_previous=request.after is not None)
    items = found[len(found) - request.size :] if more else found
    return Page(items, has_next=request.before is not None, has_previous=more)
