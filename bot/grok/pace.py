"""How fast a file comes."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import MediaError


class Pace:
    """Judges a transfer once every `window_s`: it must have brought `least_bytes_per_s` since the last time."""

    def __init__(self, clock: Callable[[], float], window_s: float, least_bytes_per_s: float) -> None:
        self._clock = clock
        self._window_s = window_s
        self._least_bytes_per_s = least_bytes_per_s
        self._since = clock()
        self._came_bytes = 0

    def note(self, came_bytes: int) -> None:
        """Count what came. Raise MediaError where it was too little for too long."""
        self._came_bytes += came_bytes
        now = self._clock()
        passed_s = now - self._since
        if passed_s < self._window_s:
            return
        if self._came_bytes < self._least_bytes_per_s * passed_s:
            raise MediaError("slow")
        self._since, self._came_bytes = now, 0
