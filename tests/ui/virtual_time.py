"""Run coroutines in a time of their own: waiting costs nothing, and a wait without an end is an error.

The loop's clock stands still while anything is ready to run and jumps to the next alarm when nothing is, so timeouts,
`call_later` and the pacer (which takes the loop's clock) see one consistent time without anybody sleeping.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")

START_S = 1000.0


class NothingWillEverHappen(AssertionError):
    """Every task waits, and no alarm is set: in real life this would hang for good."""


class _JumpingSelector(selectors.DefaultSelector):
    """Moves the clock on where the real one would sleep."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events:
            return events
        if timeout is None:
            raise NothingWillEverHappen
        self._advance(max(0.0, timeout))
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a number."""

    def __init__(self) -> None:
        self._now = START_S
        super().__init__(_JumpingSelector(self._advance))

    def time(self) -> float:
        return self._now

    def _advance(self, seconds: float) -> None:
        self._now += seconds


def run(main: Coroutine[object, object, T]) -> T:
    """Run `main` to its end in virtual time and return what it returns."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Return the running loop's time."""
    return asyncio.get_running_loop().time()


async def pass_time(seconds: float) -> None:
    """Let virtual time pass: nobody waits for it."""
    await asyncio.sleep(seconds)
