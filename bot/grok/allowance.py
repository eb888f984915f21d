"""How many requests an upstream may be sent: at once, and in any minute."""

from __future__ import annotations

from collections import deque

MINUTE_S = 60.0
FULL_LOOK_S = 5.0  # nobody knows when a request ends


class Allowance:
    """Counts requests. at_once, per_minute: 0 for any number. Times are seconds, monotonic, and handed in."""

    def __init__(self, at_once: int = 0, per_minute: int = 0) -> None:
        self.at_once = at_once
        self.per_minute = per_minute
        self._under_way = 0
        self._began: deque[float] = deque()

    def left_s(self, now: float) -> float:
        """Return in how many seconds it is worth asking for leave again, 0.0: now."""
        while self._began and self._began[0] <= now - MINUTE_S:
            self._began.popleft()
        if self.per_minute and len(self._began) >= self.per_minute:
            return self._began[len(self._began) - self.per_minute] + MINUTE_S - now
        return FULL_LOOK_S if self.at_once and self._under_way >= self.at_once else 0.0

    def enter(self, now: float) -> bool:
        """Tell whether one more may be sent; then `leave` must follow."""
        if self.left_s(now) > 0:
            return False
        self._under_way += 1
        if self.per_minute:
            self._began.append(now)
        return True

    def leave(self) -> None:
        """Note that one ended."""
        self._under_way -= 1
