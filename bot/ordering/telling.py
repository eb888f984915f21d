"""The one ping when an order is over: edits notify nobody."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bot.app import GrokBot
from bot.ordering.handing import nonce_of
from bot.ordering.surface import OrderSurface
from bot.services.kept import Delivered, Ended
from bot.services.orders import Order
from bot.ui.sentences import orders as sentences

LOOKED_BACK = 50  # messages after the card

log = logging.getLogger(__name__)


async def tell(
    bot: GrokBot, order: Order, surface: OrderSurface, ended: Ended | None, delivered: Delivered | None
) -> None:
    """Answer the card with a message that mentions the asker, unless they turned that off or have the result."""
    if (delivered is not None and delivered.how == "direct") or not await bot.services.orders.is_pinged(order.asker_id):
        return
    words = _words(order, surface.message_id, ended)
    try:
        if not (order.is_private or order.is_guest):
            await _tell_in_channel(bot, order, surface.message_id, words)
        elif not order.has_ended:  # else a process before this one may have pinged where nobody can look it up
            await _tell_by_token(bot, order, surface, words)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
        log.info("nobody could be pinged order=%s error=%s", order.id, type(failed).__name__)


def _words(order: Order, message_id: int | None, ended: Ended | None) -> str:
    link = (
        f"https://discord.com/channels/{order.guild_id or '@me'}/{order.channel_id}/{message_id}" if message_id else ""
    )
    if ended is None:
        return sentences.done_ping(order.asker_id, order.kind, link, count=order.amount)
    if ended.state == "interrupted":
        return sentences.interrupted_ping(order.asker_id, order.kind, link)
    return sentences.failed_ping(order.asker_id, order.kind, link)


async def _tell_in_channel(bot: GrokBot, order: Order, message_id: int | None, words: str) -> None:
    if message_id is None:
        return
    channel = bot.get_partial_messageable(order.channel_id, guild_id=order.guild_id)
    if order.state != "queued" and await _was_told(bot, channel, message_id, words):
        return
    card = channel.get_partial_message(message_id).to_reference(fail_if_not_exists=False)
    mentions = discord.AllowedMentions(users=[discord.Object(order.asker_id)])
    await channel.send(words, reference=card, mention_author=False, allowed_mentions=mentions, nonce=nonce_of(order, 2))


async def _tell_by_token(bot: GrokBot, order: Order, surface: OrderSurface, words: str) -> None:
    if surface.token_lasts_s > 0:
        mentions = discord.AllowedMentions(users=[discord.Object(order.asker_id)])
        await surface.webhook().send(words, allowed_mentions=mentions, ephemeral=order.is_private, wait=True)
        return
    channel = await bot.create_dm(discord.Object(order.asker_id))
    await channel.send(words, nonce=nonce_of(order, 2))


async def _was_told(bot: GrokBot, channel: discord.PartialMessageable, message_id: int, words: str) -> bool:
    """Whether a process before this one said so and could not write that down.

    An order before this one, which stood on the same card until somebody pressed Retry, mostly said something else.
    """
    async for message in channel.history(limit=LOOKED_BACK, after=discord.Object(message_id)):
        is_ours = bot.user is not None and message.author.id == bot.user.id and message.content == words
        if is_ours and message.reference is not None and message.reference.message_id == message_id:
            return True
    return False
