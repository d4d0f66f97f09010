"""Measures durations with a clock that the caller passes in."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Returns monotonic seconds, as `time.monotonic` does."""


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
