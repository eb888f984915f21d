"""Give a result to the person privately where it can no longer stand in the channel."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bot.app import GrokBot
from bot.ordering.faces import file_stem, poster_of, uploads_of
from bot.services.kept import Delivered
from bot.services.orders import Order
from bot.services.staging import Delivery
from bot.ui import text
from bot.ui.sentences import orders as sentences
from bot.ui.surface import is_too_large

LOOKED_BACK = 30  # messages in which an earlier delivery would stand
NONCE_SHIFT = 3  # an order's messages have nonces of their own

log = logging.getLogger(__name__)


async def hand_over(bot: GrokBot, order: Order, delivery: Delivery, reason: str) -> Delivered:
    """Send the result as a direct message. reason: of the `SurfaceLostError` of its card."""
    try:
        channel = await bot.create_dm(discord.Object(order.asker_id))
        if order.state != "queued" and await _stands_there(channel, file_stem(order)):
            return Delivered("direct")  # a process before this one sent it and could not write that down
        links = [file.link for file in delivery.fitted.unfit if file.link]
        uploads = [*uploads_of(order, delivery), *filter(None, (poster_of(delivery),))]
        await channel.send(
            "\n".join((_why(bot, order, reason), *links)),
            files=[upload.open() for upload in uploads],
            nonce=nonce_of(order, 1),
        )
    except discord.HTTPException as failed:  # a person who takes no direct messages, or files too large for one
        log.warning("a result could not be handed over order=%s code=%s", order.id, failed.code)
        return Delivered("too_large" if is_too_large(failed) else "lost")
    except (aiohttp.ClientError, OSError) as failed:
        log.warning("a result could not be handed over order=%s error=%s", order.id, type(failed).__name__)
        return Delivered("lost")
    return Delivered("direct")


def nonce_of(order: Order, number: int) -> int:
    """Return the nonce of a message about an order: Discord takes it once. number: below 8, of its messages."""
    return (order.id << NONCE_SHIFT) + number


async def _stands_there(channel: discord.DMChannel, stem: str) -> bool:
    async for message in channel.history(limit=LOOKED_BACK):
        if any(attachment.filename.startswith(stem) for attachment in message.attachments):
            return True
    return False


def _why(bot: GrokBot, order: Order, reason: str) -> str:
    guild = bot.get_guild(order.guild_id or 0)  # None in a direct message, and while Discord has not told the servers
    is_channel_gone = reason == "deleted" and guild is not None and bot.get_channel(order.channel_id) is None
    if reason == "deleted" and not is_channel_gone:
        return text.lost_message(reason, f"<#{order.channel_id}>")
    return sentences.handed_over(reason, "The channel" if is_channel_gone else f"<#{order.channel_id}>")
