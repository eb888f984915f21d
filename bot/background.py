"""Tasks that run as long as the bot does: tidying, compacting. One that fails is logged and begun again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

AGAIN_AFTER_S = 60.0

log = logging.getLogger(__name__)

Chore = Callable[[], Awaitable[None]]


class Background:
    """Owns the tasks: `start` them once, `stop` them in the end. sleep: waits before a failed one is begun again."""

    def __init__(self, chores: Sequence[Chore], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._chores = chores
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin every chore in a task of its own."""
        self._tasks = [asyncio.create_task(self._keep_up(chore)) for chore in self._chores]

    async def stop(self) -> None:
        """End every chore, and return when they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _keep_up(self, chore: Chore) -> None:
        while True:
            try:
                await chore()
            except Exception as failed:  # the outermost handler of a chore: without it the bot would live on untidied
                log.warning("a chore failed and is begun again error=%s", type(failed).__name__)
            else:
                return
            await self._sleep(AGAIN_AFTER_S)
