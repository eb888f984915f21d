"""Orders under way: their buttons, `/notify`, and the stage on which they are carried out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot, report
from bot.errors import InputError
from bot.ordering.pressing import press
from bot.ordering.stage import CardStage
from bot.ui.order_controls import find_order_control
from bot.ui.sentences import orders as sentences


class OrderPressed(
    discord.ui.DynamicItem[discord.ui.Item[Any]],  # Any: whichever view
    template=r"grokcord:order:.*",
):
    """A button of a card, whichever it is; forged ones and those of other versions are told apart by their id."""

    def __init__(self, item: discord.ui.Item[Any], custom_id: str) -> None:
        super().__init__(item)
        self.pressed_id = custom_id

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],  # Any: the button answers whichever client
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Return the button that was pressed."""
        return cls(item, match.string)

    async def callback(self, interaction: discord.Interaction[GrokBot]) -> None:  # type: ignore[override]  # our client
        """Do what the button says, or say in one sentence why not."""
        try:
            control = find_order_control(self.pressed_id)
            if control is None:
                raise InputError("old_button")
            await press(interaction, control)
        except Exception as failed:  # the outermost handler: discord.py gives those of a DynamicItem to nobody
            await report(interaction, failed)


class OrdersCog(commands.Cog):
    """What all orders share."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Carry orders out from now on, those included that a process before this one left."""
        self.bot.add_dynamic_items(OrderPressed)
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
