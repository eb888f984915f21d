"""What carries orders out, as the service of orders sees it: something durable, and the steps it has taken."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.ids import only_about
from bot.services.fulfilment import Steps

LOOK_S = 0.5  # how often the lines are looked at: more often, and an idle process is felt; less, and people see it

Fulfil = Callable[[int, Steps], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many orders are carried out: at once in all, at once for a person, and per minute (0: any number)."""

    at_once: int = 8
    per_person: int = 2
    per_minute: int = 0


class DurableJobs(Protocol):
    """What carries orders out: `bot.services.jobs.Jobs`."""

    async def open(self, fulfil: Fulfil) -> None:
        """Begin, or go on with what was left."""
        ...

    async def wake(self) -> None:
        """Go on with what was left, although nobody orders anything."""
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

    async def tidy(self, before: datetime) -> None:
        """Forget what the steps of orders came to that were over before a moment."""
        ...


class Fulfilling(Protocol):
    """What takes the steps of orders: `bot.services.fulfilment.Fulfilment`."""

    async def fulfil(self, order_id: int, steps: Steps) -> None:
        """Take the steps that are left."""
        ...

    async def interrupt(self, order_id: int) -> None:
        """End an order whose steps nobody will take any more."""
        ...


def to_the_end(fulfilment: Fulfilling) -> Fulfil:
    """Return what takes the steps of an order and leaves none that has not ended: nobody would come back to it."""

    async def fulfil(order_id: int, steps: Steps) -> None:
        with only_about(order=order_id):
            try:
                await fulfilment.fulfil(order_id, steps)
            except Exception as unforeseen:  # the outermost handler of an order; a stop cuts off with a BaseException
                log.error("an order broke off order=%s error=%s", order_id, type(unforeseen).__name__)
            await fulfilment.interrupt(order_id)

    return fulfil
