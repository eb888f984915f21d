"""Clips: `/video`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.ordering.placing import place
from bot.services.orders import Aspect, VideoQuality, Wish
from bot.services.question import PROMPT_LIMIT_CHARS

MOST_SECONDS = 20  # the longest clip that any upstream makes


class VideoCog(commands.Cog):
    """Orders for clips."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Have Grok make a clip, and watch it count up to done")
    @app_commands.describe(
        prompt="What the clip should show",
        image="A picture of yours to set in motion",
        aspect="Width to height",
        seconds="How long (the server may round it; 6, 10 and 15 always work)",
        quality="480p is quicker",
        private="Only you see the card and the clip",
    )
    async def video(
        self,
        interaction: discord.Interaction[GrokBot],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS],
        image: discord.Attachment | None = None,
        aspect: Aspect | None = None,
        seconds: app_commands.Range[int, 1, MOST_SECONDS] | None = None,
        quality: VideoQuality | None = None,
        private: bool = False,
    ) -> None:
        """Order it: the card shows how far it is, and ends as the clip."""
        wish = Wish("clip", prompt, aspect=aspect, seconds=seconds, quality=quality)
        await place(interaction, wish, image, is_private=private)


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(VideoCog(bot))
