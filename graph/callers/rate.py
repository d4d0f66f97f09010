"""Rate limits: how many calls per minute a key may make, counted in memory."""

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Final

_PERIOD: Final = 60.0
_SWEEP_AT: Final = 10_000


class Rate:
    """Allows each key `times` calls per minute, in bursts of up to that many.

    It is a leaky bucket, stored as one number per key (the generic cell rate algorithm, ITU-T
    I.371): the instant at which the key's bucket will be empty. Keys whose bucket is empty are
    forgotten.

    Args:
        times: how many calls per minute; 0 allows any number.
        clock: monotonic time in seconds.
    """

    def __init__(self, times: int, clock: Callable[[], float] = monotonic) -> None:
        self._step = _PERIOD / times if times else 0.0
        self._clock = clock
        self._empty_at: dict[str, float] = {}

    def wait(self, key: str) -> int:
        """Returns the seconds to wait before the key may call. If it is 0, the call is counted."""
        if not self._step:
            return 0
        now = self._clock()
        empty_at = max(self._empty_at.get(key, now), now) + self._step
        if empty_at - now > _PERIOD + 1e-9:
            return max(1, ceil(empty_at - now - _PERIOD))
        if len(self._empty_at) >= _SWEEP_AT:
            self._empty_at = {each: at for each, at in self._empty_at.items() if at > now}
        self._empty_at[key] = empty_at
        return 0
