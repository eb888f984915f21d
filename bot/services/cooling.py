"""An order waits while all upstreams that could carry it out rest, says so on its card, and goes on by itself."""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.errors import UpstreamRateLimited
from bot.grok.protocol import Grok
from bot.grok.types import CallKind
from bot.services.staging import Card

FIRST_REST_S = 30.0  # where nobody says how long
SPREAD_S = 3.0  # so that not everybody who waited asks in the same instant
LOOK_S = 2.0  # somebody else may have found out that it works again


class Cooling:
    """Waits for upstreams, whose breakers decide. now: aware. random: 0..1."""

    def __init__(
        self,
        grok: Grok,
        now: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._grok = grok
        self._now = now
        self._sleep = sleep
        self._random = random

    async def wait(self, card: Card, kind: CallKind, model: str, busy: UpstreamRateLimited | None = None) -> None:
        """Wait until such a thing may be asked, and say so on the card. busy: what was answered just now."""
        wait_s = 0.0 if busy is None else (busy.retry_after_s or FIRST_REST_S)
        ends_at = self._now() + timedelta(seconds=wait_s)
        extra_s = 0.0
        while (left_s := await self._left_s(kind, model, ends_at)) > 0:
            card.cool(left_s)
            extra_s = self._random() * SPREAD_S
            await self._sleep(min(left_s, LOOK_S))
        if extra_s:
            await self._sleep(extra_s)

    async def _left_s(self, kind: CallKind, model: str, ends_at: datetime) -> float:
        known = await self._grok.rest_s(kind, model)
        return (ends_at - self._now()).total_seconds() if known is None else known
