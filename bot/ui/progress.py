"""Turn announced percentages into a bar and an estimate that a person can rely on."""

from __future__ import annotations

from collections.abc import Callable

BAR_CELLS = 16
LEAST_PERCENT_FOR_ETA = 5.0  # earlier announcements say nothing about the speed


class Progress:
    """What is known of one order's progress. clock: seconds, monotonic.

    Upstreams repeat themselves, go back, jump, and may never announce anything: what is shown never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
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
        """Seconds that are probably left; None when nothing can be said."""
        if self._percent is None or not LEAST_PERCENT_FOR_ETA <= self._percent < 100:
            return None
        total_s = (self._announced_at - self._started_at) * 100 / self._percent
        left_s = total_s - self.elapsed_s
        return left_s if left_s > 0.5 else None


def bar(percent: int | None) -> str:
    """Return a bar of `BAR_CELLS` cells; an empty one when nothing was announced."""
    filled = round((percent or 0) * BAR_CELLS / 100)
    return "▰" * filled + "▱" * (BAR_CELLS - filled)
