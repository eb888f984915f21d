"""The slash commands as this program has them, without Discord and without the operator's database."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.app import COGS, GrokBot
from bot.assembly import admin_of, build_services
from bot.command_sync import payload_of
from bot.config import Settings
from bot.grok.http import make_http
from bot.grok.protocol import Grok
from bot.shown_options import fitted
from bot.store.database import Database


async def own_commands(settings: Settings, grok: Grok) -> list[dict[str, Any]]:  # Any: Discord's JSON
    """Return what the bot would register with Discord. It is built as for a run, on a database that is thrown away."""
    able = await grok.capabilities()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grokcord-")))
        unused = replace(settings, database_url=f"sqlite:///{folder / 'unused.db'}", media_dir=str(folder), slots=1)
        database = await Database.open(unused.database_url)
        stack.push_async_callback(database.close)
        admin = admin_of(unused, await stack.enter_async_context(make_http()))
        # Never logged in, so there is nothing of it to close.
        bot = GrokBot(build_services(unused, grok, database, admin=admin))
        for name in COGS:
            await bot.load_extension(name)
        return payload_of(bot.tree, lambda commands: fitted(commands, able))
