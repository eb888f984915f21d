"""Turn announced percentages into a bar and an estimate that a person can rely on."""

from __future__ import annotations

import math
from collections.abc import Callable

BAR_CELLS = 16
MOVING_CELLS = 4
LEAST_PERCENT_FOR_ETA = 5.0  # earlier announcements say nothing about the speed
TRUSTED_FROM_PERCENT = 50.0  # from here on the announced speed alone counts
LEAST_ETA_S = 0.5


class Progress:
    """What is known of one order's progress. clock: seconds, monotonic.

    expected_s: what such an order usually takes, as this instance remembers; None when it remembers nothing.
    Upstreams repeat themselves, go back, jump, and may never announce anything: what is shown never goes back.
    """

    def __init__(self, clock: Callable[[], float], expected_s: float | None = None) -> None:
        self._clock = clock
        self._expected_s = expected_s if expected_s is not None and 0 < expected_s < math.inf else None
        self._started_at = clock()
        self._announced_at = self._started_at
        self._percent: float | None = None

    def announce(self, percent: float | None) -> None:
        """Take what the server said; lower values than before, and None, change nothing."""
        if percent is None:
            return
        bounded = min(100.0, max(0.0, percent))
        if self._percent is None or bounded > self._percent:
            self._percent = bounded
            self._announced_at = self._clock()

    @property
    def percent(self) -> int | None:
        """Whole percents, None before the first announcement."""
        return None if self._percent is None else int(self._percent)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the order began."""
        return self._clock() - self._started_at

    @property
    def eta_s(self) -> float | None:
        """Seconds that are probably left; None when nothing can be said, or when that has run out."""
        total_s = self._total_s()
        left_s = -1.0 if total_s is None else total_s - self.elapsed_s
        return left_s if left_s > LEAST_ETA_S else None

    def _total_s(self) -> float | None:
        """Return what the whole will probably take: as usual at first, then more and more as the server announces."""
        percent = self._percent or 0.0
        if percent >= 100:
            return None
        if percent < LEAST_PERCENT_FOR_ETA:
            return self._expected_s
        announced_s = (self._announced_at - self._started_at) * 100 / percent
        if self._expected_s is None:
            return announced_s
        trust = min(1.0, (percent - LEAST_PERCENT_FOR_ETA) / (TRUSTED_FROM_PERCENT - LEAST_PERCENT_FOR_ETA))
        return trust * announced_s + (1 - trust) * self._expected_s


def bar(percent: int | None) -> str:
    """Return a bar of `BAR_CELLS` cells; an empty one when nothing was announced."""
    filled = round((percent or 0) * BAR_CELLS / 100)
    return "▰" * filled + "▱" * (BAR_CELLS - filled)


def moving_bar(elapsed_s: float) -> str:
    """Return a bar for work without percentages: a few cells that go to and fro, one a second."""
    way = BAR_CELLS - MOVING_CELLS
    at = way - abs(int(elapsed_s) % (2 * way) - way)
    return "▱" * at + "▰" * MOVING_CELLS + "▱" * (way - at)
