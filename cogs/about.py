"""What is there and how it is doing: `/models`, `/status`."""

from __future__ import annotations

import time

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.ui.about import StatusFacts, models_text, status_text
from bot.ui.sentences.abilities import lacks


class AboutCog(commands.Cog):
    """Facts for people who want to know."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="List the models that the Grok server has")
    async def models(self, interaction: discord.Interaction[GrokBot]) -> None:
        """List them, the ones in use marked."""
        await interaction.response.defer(ephemeral=True)
        models = self.bot.services.models
        in_use = {
            models.in_use.chat: "/ask",
            models.in_use.image: "/imagine",
            models.in_use.image_edit: "/imagine with a picture",
            models.in_use.video: "/video",
        }
        await interaction.edit_original_response(content=models_text(await models.names(), in_use))

    @app_commands.command(description="Tell how the bot and the Grok server are doing")
    async def status(self, interaction: discord.Interaction[GrokBot]) -> None:
        """Ask the server something that costs nothing, and show it beside the bot's own facts."""
        await interaction.response.defer(ephemeral=True)
        health = await self.bot.services.models.health()
        facts = StatusFacts(
            upstream_s=health.seconds,
            upstream_problem=health.problem,
            gateway_s=self.bot.latency,
            shards=len(self.bot.shards),
            answering=len(self.bot.work),
            refused=self.bot.ledger.refused,
            uptime_s=time.monotonic() - self.bot.started_at,
            slot=self.bot.share.slot,
            lacks=lacks(self.bot.services.abilities.known),
            rests=self.bot.services.models.resting(),
        )
        await interaction.edit_original_response(content=status_text(facts))


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(AboutCog(bot))
