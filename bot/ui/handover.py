"""Give a person privately what can no longer stand in the channel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import discord

from bot.ui import text
from bot.ui.orders import OrderView

log = logging.getLogger(__name__)


async def hand_over(
    person: discord.User | discord.Member, reason: str, *, channel_id: int, files: Sequence[discord.File] = ()
) -> None:
    """Send a direct message with what was made. reason: of the `SurfaceLostError`."""
    try:
        await person.send(text.lost_message(reason, f"<#{channel_id}>"), files=list(files))
    except discord.HTTPException as failed:  # a person who takes no direct messages, or files too large for one
        log.warning("a result could not be handed over reason=%s code=%s", reason, failed.code)


async def hand_over_order(interaction: discord.Interaction[Any], reason: str, view: OrderView) -> None:
    """Send the pictures or the clip of an order, as far as they are there. Any: whichever client."""
    uploads = [upload for face in view.faces() for upload in face.uploads]
    files = [upload.open() for upload in uploads]
    await hand_over(interaction.user, reason, channel_id=interaction.channel_id or 0, files=files)
