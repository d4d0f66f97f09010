"""Measures durations by a clock that is handed in."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Monotonic seconds, such as `time.monotonic`."""


class Stopwatch:
    """Counts from the moment that it is made."""

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
