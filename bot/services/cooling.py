"""A server whose accounts are all busy is left alone for a while; orders wait meanwhile and go on by themselves."""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import StoreError, UpstreamRateLimited
from bot.services.staging import Card
from bot.store.rests import Rest, Rests

FIRST_REST_S = 30.0  # where the server does not say how long
LONGEST_REST_S = 600.0
SPREAD_S = 3.0  # so that not everybody who waited asks in the same instant
LOOK_S = 2.0  # another process may have found out that the server works again

ORDERS = "orders"  # the one server that orders go to


class Cooling:
    """What all processes know of the server's rest. now: aware. random: 0..1."""

    def __init__(
        self,
        rests: Rests,
        now: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._rests = rests
        self._now = now
        self._sleep = sleep
        self._random = random

    async def wait(self, card: Card) -> None:
        """Wait until the server may be asked, and say so on the card."""
        extra_s = 0.0
        while (left_s := await self._left_s()) > 0:
            card.cool(left_s)
            extra_s = self._random() * SPREAD_S
            await self._sleep(min(left_s, LOOK_S))
        if extra_s:
            await self._sleep(extra_s)

    async def begin(self, busy: UpstreamRateLimited) -> None:
        """Leave the server alone: as long as it says, else longer each time."""
        with suppress(StoreError):  # nobody else will know, and the next one finds out by itself
            before = await self._rests.find(ORDERS)
            times = before.times + 1 if before else 1
            rest_s = min(busy.retry_after_s or FIRST_REST_S * 2 ** (times - 1), LONGEST_REST_S)
            await self._rests.keep(ORDERS, Rest(self._now() + timedelta(seconds=rest_s), times))

    async def end(self) -> None:
        """Note that the server works."""
        with suppress(StoreError):
            if await self._rests.find(ORDERS) is not None:
                await self._rests.end(ORDERS)

    async def _left_s(self) -> float:
        with suppress(StoreError):
            rest = await self._rests.find(ORDERS)
            return 0.0 if rest is None else (rest.until - self._now()).total_seconds()
        return 0.0
