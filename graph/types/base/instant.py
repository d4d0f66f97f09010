"""Instants as callers write them. An offset is required, so that they are never ambiguous."""

from datetime import UTC, datetime
from typing import Final

EXAMPLE: Final = "2026-11-23T07:29:00.000000Z"


def parse_instant(text: str) -> datetime:
    """Reads RFC 3339, or another form of ISO 8601 with an offset, and returns the instant in UTC.

    Raises:
        ValueError: the text is not such an instant; its message can be shown to the caller.
    """
    try:
        # `fromisoformat` stops at a NUL and would ignore what follows it.
        instant = datetime.fromisoformat(text.replace("\0", "?"))
        # The first hours of year 1 east of Greenwich are in year 0 in UTC, which overflows.
        in_utc = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"Write the date and time as in {EXAMPLE}") from None
    if instant.tzinfo is None:
        raise ValueError(f"A date and time needs an offset, or Z for UTC, as in {EXAMPLE}")
    return in_utc
