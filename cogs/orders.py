"""Orders under way: their buttons, `/notify`, and the stage on which they are carried out."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.buttons import buttons
from bot.app import GrokBot
from bot.errors import InputError
from bot.ordering.pressing import press
from bot.ordering.stage import CardStage
from bot.ui.order_controls import find_order_control
from bot.ui.sentences import orders as sentences


async def pressed(interaction: discord.Interaction[GrokBot], custom_id: str) -> None:
    """Do what a button of a card says. Raises InputError for a forged one, or one of another version."""
    control = find_order_control(custom_id)
    if control is None:
        raise InputError("old_button")
    await press(interaction, control)


class OrdersCog(commands.Cog):
    """What all orders share."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Carry orders out from now on, those included that a process before this one left."""
        self.bot.add_dynamic_items(buttons(r"grokcord:order:.*", pressed))
        await self.bot.services.orders.open(CardStage(self.bot, lambda: datetime.now(UTC)))

    async def cog_unload(self) -> None:
        """Leave every order where it is."""
        await self.bot.services.orders.close(sentences.RESTARTING)

    @app_commands.command(description="Whether I ping you when a picture or a clip of yours is done")
    @app_commands.describe(ping="Ping me when an order of mine is done")
    async def notify(self, interaction: discord.Interaction[GrokBot], ping: bool) -> None:
        """Keep the choice."""
        await interaction.response.defer(ephemeral=True)
        await self.bot.services.orders.set_pinged(interaction.user.id, ping)
        await interaction.edit_original_response(content=sentences.notify_set(is_on=ping))


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(OrdersCog(bot))
