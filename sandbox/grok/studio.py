"""Where pictures and clips are made: a few threads, so that no stream waits for a drawing."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sandbox.grok.film import ClipOrder, Filmed, film, still
from sandbox.grok.paint import Painted, describe, paint, paint_over
from sandbox.grok.scene import Size

T = TypeVar("T")
WORKERS = 2
REMEMBERED = 24


class Studio:
    """Draws and films; the same order is not worked on twice while it is remembered."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="studio")
        self._stop = threading.Event()
        self._clips: OrderedDict[ClipOrder, Future[Filmed]] = OrderedDict()

    def close(self) -> None:
        """Give up all work; a clip under way ends at its next frame."""
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def paint(self, prompt: str, size: Size, variant: int) -> Painted:
        """Draw a picture."""
        return await self._run(paint, prompt, size, variant)

    async def paint_over(self, prompt: str, source: bytes) -> Painted:
        """Change a given picture."""
        return await self._run(paint_over, prompt, source)

    async def describe(self, source: bytes) -> str:
        """Say what a picture looks like."""
        return await self._run(describe, source)

    async def film(self, order: ClipOrder) -> Filmed:
        """Make a clip. Whoever stops waiting for it leaves it to be finished for the next who asks."""
        made = self._clips.get(order)
        if made is None or made.cancelled() or (made.done() and made.exception()):
            made = self._clips[order] = self._pool.submit(film, order, self._stop)
            if len(self._clips) > REMEMBERED:
                self._clips.popitem(last=False)
        return await asyncio.shield(asyncio.wrap_future(made))

    async def still(self, order: ClipOrder) -> bytes:
        """Draw one picture of a clip."""
        return await self._run(still, order)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
