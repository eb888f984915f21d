"""Cancel a task at an exact place of its work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any


class Interrupted:
    """A coroutine whose task is cancelled at chosen suspensions: exact, where a delay would only be likely."""

    def __init__(self, work: Coroutine[Any, Any, object], at: set[int]) -> None:  # Any: what asyncio passes is its own
        self._work = work
        self._at = at
        self.suspensions = 0

    def __await__(self) -> Generator[object, object, object]:
        task = asyncio.current_task()
        assert task is not None
        steps = self._work.__await__()
        try:
            waited_for = next(steps)
            while True:
                self.suspensions += 1
                if self.suspensions in self._at:
                    task.cancel()
                try:
                    yield waited_for
                except BaseException as thrown:
                    waited_for = steps.throw(thrown)
                else:
                    waited_for = next(steps)
        except StopIteration as done:
            return done.value


async def run(interrupted: Interrupted) -> None:
    """Give the work a task of its own and let it end, cancelled or not."""
    with suppress(asyncio.CancelledError):
        await asyncio.create_task(_awaiting(interrupted))


async def _awaiting(interrupted: Interrupted) -> object:
    return await interrupted
