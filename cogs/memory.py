"""What is remembered: `/memory show`, `/memory forget`."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.errors import InputError
from bot.services.scope import Scope
from bot.ui import text
from bot.ui.memory import memory_text


class MemoryCog(commands.GroupCog, group_name="memory", group_description="See or clear what Grok remembers here"):
    """A channel's memory."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Show what goes along with the next question in this channel")
    async def show(self, interaction: discord.Interaction[GrokBot]) -> None:
        """Show it to the person who asks."""
        await interaction.response.defer(ephemeral=True)
        view = await self.bot.services.memory.show(_scope(interaction))
        rows = [(turn.role, turn.author_name, turn.text) for turn in view.turns]
        await interaction.edit_original_response(content=memory_text(rows, total=view.total, tokens=view.tokens))

    @app_commands.command(description="Forget what you asked here, or everything")
    @app_commands.describe(what="mine: your questions and their answers; everything needs Manage Messages")
    async def forget(
        self, interaction: discord.Interaction[GrokBot], what: Literal["mine", "everything"] = "mine"
    ) -> None:
        """Forget, and say how much."""
        if what == "everything" and interaction.guild_id is not None and not interaction.permissions.manage_messages:
            raise InputError("needs_manage_messages")
        await interaction.response.defer(ephemeral=True)
        author_id = None if what == "everything" else interaction.user.id
        forgotten = await self.bot.services.memory.forget(_scope(interaction), author_id=author_id)
        await interaction.edit_original_response(content=text.forgotten(forgotten))


def _scope(interaction: discord.Interaction[GrokBot]) -> Scope:
    if interaction.channel_id is None:
        raise InputError("no_channel")
    return Scope(f"channel/{interaction.channel_id}", "channel")


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(MemoryCog(bot))
