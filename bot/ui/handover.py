"""Give a person privately what can no longer stand in the channel."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import discord

from bot.ui import text

log = logging.getLogger(__name__)


async def hand_over(
    person: discord.User | discord.Member, reason: str, *, channel_id: int, files: Sequence[discord.File] = ()
) -> None:
    """Send a direct message with what was made. reason: of the `SurfaceLostError`."""
    try:
        await person.send(text.lost_message(reason, f"<#{channel_id}>"), files=list(files))
    except discord.HTTPException as failed:  # a person who takes no direct messages, or files too large for one
        log.warning("a result could not be handed over reason=%s code=%s", reason, failed.code)
