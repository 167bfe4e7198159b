"""How fast attempts have been finishing, and so how many are worth having in hand ahead of need."""

from __future__ import annotations

from math import exp

MEMORY_SECONDS = 1.0


class Pace:
    """A rate that forgets: attempts per second over about the last second.

    `ahead` covers the next `horizon` seconds at that rate, never more than `most` attempts. Long
    tasks finish rarely, so nothing is taken ahead of them and priorities keep their say.
    """

    def __init__(self, horizon: float = 0.2, most: int = 128) -> None:
        self._horizon = horizon
        self._most = most
        self._weight = 0.0
        self._at = 0.0

    def finished(self, count: int, now: float) -> None:
        """Note that `count` attempts finished at `now`, in seconds of a monotonic clock."""
        self._weight = self._faded(now) + count
        self._at = now

    def ahead(self, now: float) -> int:
        return min(self._most, int(self._faded(now) / MEMORY_SECONDS * self._horizon))

    def _faded(self, now: float) -> float:
        return self._weight * exp(-(now - self._at) / MEMORY_SECONDS)
