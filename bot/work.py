"""The work that is under way, so that the program can end without cutting anybody off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import InputError


class Work:
    """Every task that answers somebody. After `drain` began, no new one is let in."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._is_draining = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the current task as work, once. Raises InputError("draining") when the program is about to end."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("work runs in a task")
        if task in self._tasks:
            yield
            return
        if self._is_draining:
            raise InputError("draining")
        self._tasks.add(task)
        self._is_idle.clear()
        try:
            yield
        finally:
            self._tasks.discard(task)
            if not self._tasks:
                self._is_idle.set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def drain(self, *, patience_s: float, farewell_s: float) -> int:
        """Let running work finish, then cancel what is left and give it time to say so. Returns how much was cut."""
        self._is_draining = True
        if await self._idle_within(patience_s):
            return 0
        cut = list(self._tasks)
        for task in cut:
            task.cancel()
        await self._idle_within(farewell_s)
        return len(cut)

    async def _idle_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._is_idle.wait()
        except TimeoutError:
            return False
        return True
