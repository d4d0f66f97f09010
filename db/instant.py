"""Instants as the database and the trail write them."""

from datetime import UTC, datetime

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds: of one width, so that text order is time order."""
    # Not strftime: it writes the year 999 with three digits.
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """The inverse of `write_instant`.

    Raises:
        ValueError: the text is in another form.
    """
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
