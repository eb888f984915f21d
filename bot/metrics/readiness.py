"""Whether the bot can serve people now, and what is missing where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, get_args

from bot.errors import StoreError
from bot.grok.types import Resting
from bot.metrics.watched import Watched

Part = Literal["discord", "database", "chat"]
PARTS: tuple[Part, ...] = get_args(Part)
PATIENCE_S = 2.0  # for the database: who asks gives up after a few seconds

Ping = Callable[[], Awaitable[float]]


def missing_of_discord(bot: Watched | None) -> str:
    """Return what is missing of the connection to Discord's gateway, "" for nothing."""
    if bot is None or not bot.is_ready() or not bot.shards:
        return "not connected to the gateway"
    away = sum(shard.is_closed() for shard in bot.shards.values())
    return f"{away} of {len(bot.shards)} shards not connected" if away else ""


def missing_of_chat(resting: Sequence[Resting]) -> str:
    """Return whether no Grok server may be asked for answers, "" where one may."""
    closed = [each for each in resting if each.kind == "chat" and not each.is_served]
    return f"the breaker of every Grok server is open ({closed[0].reason})" if closed else ""


async def ask_database(ping: Ping | None) -> tuple[float | None, str]:
    """Return how many seconds the database took to answer, and what is missing of it, "" for nothing."""
    if ping is None:
        return None, "not open yet"
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await ping(), ""
    except (StoreError, TimeoutError):
        return None, "does not answer"
