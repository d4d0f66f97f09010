"""Instants as text, in the form that the database and the trail use."""

from datetime import UTC, datetime

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def write_instant(instant: datetime) -> str:
    """Formats an instant by RFC 3339, in UTC with microseconds.

    All texts have the same width, so their order is the order of time.
    """
    # Not strftime: it writes the year 999 with three digits.
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """Parses a text that `write_instant` made.

    Raises:
        ValueError: the text has another form.
    """
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
