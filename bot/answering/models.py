"""Complete the name of a model while somebody types it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.app import GrokBot

MOST_CHOICES = 25  # Discord: choices of an autocomplete
NAME_LIMIT_CHARS = 100  # Discord: name and value of a choice


async def complete_model(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    """Return the names that the server lists and that hold what was typed; none when it cannot be asked in time."""
    bot: GrokBot = interaction.client
    names = await bot.services.models.known_names()
    found = [name for name in names if typed.strip().lower() in name.lower() and len(name) <= NAME_LIMIT_CHARS]
    return [app_commands.Choice(name=name, value=name) for name in found[:MOST_CHOICES]]
