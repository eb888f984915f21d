"""How many pictures and clips were begun, finished and abandoned: what shows that nothing is made twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Made = Literal["image", "video"]
REMEMBERED = 5000


@dataclass(slots=True)
class Count:
    """What became of one prompt. prompt: without the tags that name faults.

    begun: refusals (a 429, an unsupported form) begin nothing. abandoned: the client went away before the end. What is
    neither finished nor abandoned is under way, or was cut off by a fault.
    """

    prompt: str
    kind: Made
    begun: int = 0
    finished: int = 0
    abandoned: int = 0


class Generation:
    """Pictures or a clip under way. is_left: tells whether nobody waits for them any more."""

    def __init__(self, count: Count, number: int, is_left: Callable[[], bool]) -> None:
        self._count = count
        self._pending = number
        self._is_left = is_left
        count.begun += number

    def __enter__(self) -> Generation:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_left():
            self._count.abandoned += self._pending
            self._pending = 0

    def finish(self) -> None:
        """Record that the result exists, if somebody still waits for it."""
        if not self._is_left():
            self._count.finished += self._pending
            self._pending = 0


class Ledger:
    """The counts of the last prompts."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, str], Count] = OrderedDict()

    def begin(
        self, prompt: str, kind: Made, number: int = 1, *, is_left: Callable[[], bool] = lambda: False
    ) -> Generation:
        """Record that so many pictures or clips are begun."""
        count = self._counts.setdefault((kind, prompt), Count(prompt, kind))
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return Generation(count, number, is_left)

    def counts(self) -> list[Count]:
        """Return what is remembered, oldest first."""
        return list(self._counts.values())
