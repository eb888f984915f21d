"""Opens the durable jobs when the first order needs them: a bot that makes nothing pays nothing for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.services.carrying import DurableJobs, Fulfil


class JobsOnDemand:
    """The durable jobs as soon as there is something for them to do.

    DBOS takes some 40 MiB and looks at its lines for ever. make: called once, in a thread, for it imports a great deal.
    """

    def __init__(self, make: Callable[[], DurableJobs]) -> None:
        self._make = make
        self._fulfil: Fulfil | None = None
        self._jobs: DurableJobs | None = None
        self._opening = asyncio.Lock()

    async def open(self, fulfil: Fulfil) -> None:
        """Be ready to open."""
        self._fulfil = fulfil

    async def wake(self) -> None:
        """Go on with what was left, although nobody orders anything."""
        await self._opened()

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        """Let an order wait for its turn; False when it was over already."""
        return await (await self._opened()).enqueue(order_id, person_id)

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more, and wait for what is being made."""
        if self._jobs is not None:
            await self._jobs.rest(patience_s)

    async def close(self) -> None:
        """Leave every order where it is."""
        self._fulfil = None
        async with self._opening:
            jobs, self._jobs = self._jobs, None
        if jobs is not None:
            await jobs.close()

    async def tidy(self, before: datetime) -> None:
        """Forget what the steps of orders came to that were over before a moment, if there were any."""
        if self._jobs is not None:
            await self._jobs.tidy(before)

    async def _opened(self) -> DurableJobs:
        async with self._opening:
            if self._jobs is None:
                if self._fulfil is None:
                    raise RuntimeError("orders are not carried out now")
                jobs = await asyncio.to_thread(self._make)
                await jobs.open(self._fulfil)
                self._jobs = jobs
            return self._jobs
