"""Bots of the kind anybody writes with discord.py, for the sandbox to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from tests.sandbox.play import PATIENCE_S

Seen = asyncio.Queue[object]


class Bot(commands.AutoShardedBot):
    """A sharded bot that syncs its commands at start and collects what a test wants to see."""

    def __init__(self, *, intents: discord.Intents | None = None, shard_count: int | None = None) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=intents or discord.Intents.default(),
            shard_count=shard_count,
            guild_ready_timeout=0.05,  # discord.py waits two seconds for guilds that may still come
        )
        self.noted: Seen = Seen()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Skip the five seconds between shards that Discord's identify limit asks for."""

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        raise AssertionError(event_method)

    def note(self, thing: object) -> None:
        self.noted.put_nowait(thing)

    async def next_note(self) -> object:
        async with asyncio.timeout(PATIENCE_S):
            return await self.noted.get()

    def add(
        self, name: str, callback: Callable[..., Awaitable[None]], description: str = "Does it"
    ) -> app_commands.Command[app_commands.Group, ..., None]:
        command: app_commands.Command[app_commands.Group, ..., None] = app_commands.Command(
            name=name,
            description=description,
            callback=callback,  # type: ignore[arg-type]  # any coroutine function
        )
        self.tree.add_command(command)
        return command
