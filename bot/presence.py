"""What stands under the bot's name in Discord: that the pool is cooling, and until when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

import discord

from bot.grok.types import Resting
from bot.ui.sentences.resting import cooling_until

EVERY_S = 20.0  # Discord: five changes in 60 s for each session


class Client(Protocol):
    """What a Discord client can do about its presence, for all shards that it has."""

    async def change_presence(self, *, activity: discord.BaseActivity | None) -> None:
        """Show an activity, or none."""
        ...


class Presence:
    """Keeps the activity up to date. resting: what is left alone now."""

    def __init__(
        self,
        client: Client,
        resting: Callable[[], Sequence[Resting]],
        *,
        every_s: float = EVERY_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._resting = resting
        self._every_s = every_s
        self._sleep = sleep
        self._shown = ""

    def again(self) -> None:
        """Show it again at the next look: a session that begins anew knows nothing of it."""
        self._shown = ""

    async def run(self) -> None:
        """Look again and again, and tell Discord only what has changed."""
        while True:
            await self.look()
            await self._sleep(self._every_s)

    async def look(self) -> None:
        """Show what is to be shown now."""
        wanted = cooling_until(self._resting())
        if wanted == self._shown:
            return
        with suppress(ConnectionError, discord.DiscordException):  # not connected: the next look shows it
            await self._client.change_presence(activity=discord.CustomActivity(wanted) if wanted else None)
            self._shown = wanted
