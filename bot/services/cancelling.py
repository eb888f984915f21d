"""Orders that somebody may cancel while a step of theirs is taken by this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Cancelled(Exception):  # it is what happened
    """Somebody pressed Cancel."""


class Cancellations:
    """The orders that steps are taken for, by their id."""

    def __init__(self) -> None:
        self._asked: dict[int, asyncio.Event] = {}

    def press(self, order_id: int) -> bool:
        """Cancel what is done for an order; False when nothing is done for it here."""
        asked = self._asked.get(order_id)
        if asked is not None:
            asked.set()
        return asked is not None

    def is_pressed(self, order_id: int) -> bool:
        """Whether somebody asked for it, here."""
        asked = self._asked.get(order_id)
        return asked is not None and asked.is_set()

    @contextmanager
    def entered(self, order_id: int) -> Iterator[None]:
        """Let an order be cancelled meanwhile."""
        self._asked.setdefault(order_id, asyncio.Event())
        try:
            yield
        finally:
            self._asked.pop(order_id, None)

    async def unless_pressed(self, order_id: int, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` does, which is cut off when somebody cancels the order. Raises Cancelled then.

        Work that ended in the same moment counts as done; what was cancelled before is not begun.
        """
        asked = self._asked.setdefault(order_id, asyncio.Event())
        if asked.is_set():  # before anything is begun that might end in the same moment
            raise Cancelled
        working = asyncio.ensure_future(work())
        waiting = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Cancelled
            return working.result()
        finally:
            waiting.cancel()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)  # its connections are closed when this returns
