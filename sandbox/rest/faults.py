"""Faults ordered by a test: the next requests that match are delayed or answered wrongly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Fault:
    """status None: answer as usual after the delay. times: how many requests it still meets.

    delay_s: before anything is done; reply_delay_s: after it was done, and before the bot learns that.
    """

    method: str
    path: re.Pattern[str]
    status: int | None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    delay_s: float = 0.0
    reply_delay_s: float = 0.0


class Faults:
    """The faults still to come, first ordered first met."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Call off what is still to come."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that meets this request, using it up once."""
        for fault in self._waiting:
            if fault.method in {"", "*", method} and fault.path.search(path):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
