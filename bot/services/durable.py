"""What the orders ask of the durable jobs that carry them out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.services.fulfilment import Steps

Fulfil = Callable[[int, Steps], Awaitable[None]]


class DurableJobs(Protocol):
    """What carries orders out: `bot.services.jobs.Jobs`."""

    async def open(self, fulfil: Fulfil) -> None:
        """Begin, or go on with what was left."""
        ...

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more, and wait for what is being made."""
        ...

    async def close(self) -> None:
        """Leave every order where it is."""
        ...

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        """Let an order wait for its turn; False when it was over already."""
        ...
