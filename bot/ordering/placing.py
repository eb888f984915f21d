"""From a command to an order in line, with its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import discord

from bot.answering.people import author_of
from bot.app import GrokBot
from bot.errors import InputError
from bot.services.orders import Where, Wish
from bot.services.pictures import read_picture
from bot.services.question import checked_prompt
from bot.ui.attached import attachment_bytes
from bot.ui.surface import OLDEST_S, is_guest

Command = discord.Interaction[GrokBot]


async def place(
    interaction: Command, wish: Wish, image: discord.Attachment | None, *, is_private: bool = False
) -> None:
    """Take an order: its card appears, and moves by itself from then on. Raises InputError for what cannot be made."""
    bot = interaction.client
    checked = replace(wish, prompt=checked_prompt(wish.prompt))
    bot.services.abilities.check(checked, has_image=image is not None)
    with bot.work.running():
        if image is None:
            await _kept_first(interaction, checked, is_private=is_private)
            return
        where = await deferred(interaction, is_private=is_private)
        source = await read_picture(image.filename, image.size, lambda: attachment_bytes(image))
        await bot.services.orders.place(author_of(interaction.user), replace(checked, source=source), where)


async def _kept_first(interaction: Command, wish: Wish, *, is_private: bool) -> None:
    """Take an order before its card appears: were the process killed in between, the card would think for ever."""
    orders = interaction.client.services.orders
    order = await orders.keep(author_of(interaction.user), wish, where_of(interaction, None, is_private=is_private))
    try:
        where = await deferred(interaction, is_private=is_private)
    except (discord.DiscordException, aiohttp.ClientError, OSError):
        await orders.withdraw(order)
        raise
    await orders.appeared(order, where)


async def deferred(interaction: Command, *, is_private: bool = False) -> Where:
    """Acknowledge a command or a button with a new message, and return where the card will stand."""
    told = await interaction.response.defer(thinking=True, ephemeral=is_private)
    message_id = told.message_id if told is not None else None
    # Discord makes answers private by itself where an app that a person brought along may not speak openly.
    is_hidden = is_private or (told is not None and told.is_ephemeral())
    return where_of(interaction, message_id, is_private=is_hidden)


def where_of(interaction: Command, message_id: int | None, *, is_private: bool) -> Where:
    """Return where a card stands that this interaction can paint. Raises InputError when it is no channel."""
    if interaction.channel_id is None:
        raise InputError("no_channel")
    now = datetime.now(UTC)
    age_s = min(max(0.0, (now - interaction.created_at).total_seconds()), OLDEST_S)
    return Where(
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
        message_id=message_id,
        application_id=interaction.application_id,
        token=interaction.token,
        token_dies_at=now + timedelta(seconds=interaction.client.interaction_life_s - age_s),
        is_private=is_private,
        is_guest=is_guest(interaction),
        limit_bytes=interaction.filesize_limit,
    )
