"""Measures durations with a clock that the caller passes in."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Returns monotonic seconds, as `time.monotonic` does."""

Now = Callable[[], datetime]
"""Returns the date and time, with a time zone."""


def utc_now() -> datetime:
    """Returns the date and time of the system's clock, which OpenSSL reads as well."""
    return datetime.now(UTC)


class Stopwatch:
    """Measures the time since it was created."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    @property
    def milliseconds(self) -> int:
        """Whole milliseconds since the start."""
        return round(self.seconds * 1000)
