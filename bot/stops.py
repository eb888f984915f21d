"""The answers being written, so that a Stop button can end one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.errors import InputError

REST_S = 1.5  # a press must be acknowledged within 3 s


class Stop:
    """One answer being written by a task. is_pressed: somebody wants it to end here."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self._task = task
        self.is_pressed = False

    def press(self) -> None:
        """End the writing; pressing twice is harmless."""
        if not self.is_pressed:
            self.is_pressed = True
            self._task.cancel()


class Stops:
    """The answers being written, by the key of their buttons."""

    def __init__(self) -> None:
        self._by_key: dict[str, Stop] = {}
        self._claimed: dict[str, asyncio.Event] = {}

    @contextmanager
    def claiming(self, key: str) -> Iterator[None]:
        """Change an answer while nobody else does. Raises InputError("still_writing") when somebody does."""
        if self.is_writing(key):
            raise InputError("still_writing")
        let_go = self._claimed[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._claimed[key]
            let_go.set()

    async def at_rest(self, key: str) -> None:
        """Wait, but not long, for what is done to an answer after its last word: its place is still being noted."""
        claim = self._claimed.get(key)
        if claim is not None and key not in self._by_key:
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_S):
                    await claim.wait()

    @contextmanager
    def writing(self, key: str) -> Iterator[Stop]:
        """Let the current task be stopped by its key while it writes."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an answer is written in a task")
        stop = self._by_key[key] = Stop(task)
        try:
            yield stop
        finally:
            del self._by_key[key]

    def is_writing(self, key: str) -> bool:
        """Whether this answer is being written or changed now."""
        return key in self._by_key or key in self._claimed

    def press(self, key: str) -> bool:
        """Stop an answer; False when nobody writes it (any more)."""
        stop = self._by_key.get(key)
        if stop is not None:
            stop.press()
        return stop is not None
