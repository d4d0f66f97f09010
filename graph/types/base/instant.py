"""Instants as callers write them: never ambiguous."""

from datetime import UTC, datetime
from typing import Final

EXAMPLE: Final = "2026-11-23T07:29:00.000000Z"


def parse_instant(text: str) -> datetime:
    """An instant, in UTC, from RFC 3339 or another form of ISO 8601 with an offset.

    Raises:
        ValueError: it is none; the sentence can be told to the caller.
    """
    try:
        # Python reads no further than a NUL.
        instant = datetime.fromisoformat(text.replace("\0", "?"))
        # Midnight of the first day, east of here, is in no year that there is.
        in_utc = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"An instant looks like {EXAMPLE}") from None
    if instant.tzinfo is None:
        raise ValueError(f"An instant needs an offset, or Z for UTC, as in {EXAMPLE}")
    return in_utc
