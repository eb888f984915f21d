"""Pictures: `/imagine`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.ordering.placing import place
from bot.services.orders import Aspect, Wish
from bot.services.question import PROMPT_LIMIT_CHARS

MOST_PICTURES = 4  # a grid of four is shown whole; the upstreams make up to ten


class ImagineCog(commands.Cog):
    """Orders for pictures."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Have Grok draw pictures, or change one of yours")
    @app_commands.describe(
        prompt="What the picture should show, or what to change in yours",
        count="How many pictures (1 to 4)",
        aspect="Width to height",
        image="A picture of yours to be changed",
        private="Only you see the card and the pictures",
    )
    async def imagine(
        self,
        interaction: discord.Interaction[GrokBot],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS],
        count: app_commands.Range[int, 1, MOST_PICTURES] = 1,
        aspect: Aspect | None = None,
        image: discord.Attachment | None = None,
        private: bool = False,
    ) -> None:
        """Order them: the card shows how far they are, and ends as the pictures."""
        await place(interaction, Wish("picture", prompt, count, aspect), image, is_private=private)


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(ImagineCog(bot))
