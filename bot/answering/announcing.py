"""Tell everybody in a channel what somebody changed for all of them."""

from __future__ import annotations

from typing import Any

import discord


async def announce(interaction: discord.Interaction[Any], line: str) -> None:  # Any: whichever client
    """Say it in a server's channel, below the private answer to who changed it; elsewhere nobody else is told."""
    if interaction.guild_id is not None:
        await interaction.followup.send(line)
