"""The two clocks of a sandbox, handed in so that tests can turn them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """now_s: seconds since 1970. monotonic_s: seconds that only grow, shared by all processes of the machine."""

    now_s: Callable[[], float] = time.time
    monotonic_s: Callable[[], float] = time.monotonic

    def iso(self) -> str:
        """Return the time as Discord writes it."""
        return iso(self.now_s())


def iso(at_s: float) -> str:
    """Return seconds since 1970 as Discord writes times."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="microseconds")
