"""The one ping when an order is over: edits notify nobody."""

from __future__ import annotations

import logging
from dataclasses import replace

import discord

from bot.app import GrokBot
from bot.ordering.faces import ended_state, first_state
from bot.ordering.handing import nonce_of
from bot.ordering.surface import OrderSurface
from bot.services.kept import Delivered, Ended
from bot.services.orders import Order
from bot.ui.failures import DISCORD_FAILURES
from bot.ui.order_card import CardState, card_face
from bot.ui.sentences import orders as sentences
from bot.ui.surface import send_options

LOOKED_BACK = 50  # messages after the card

log = logging.getLogger(__name__)


async def tell(
    bot: GrokBot, order: Order, surface: OrderSurface, ended: Ended | None, delivered: Delivered | None
) -> None:
    """Answer the card with a message that mentions the asker, unless they turned that off or have the result.

    Where the result waits to be shown, or could not be handed over, a card of its own says so whatever they chose.
    """
    how = delivered.how if delivered is not None else ""
    if how == "direct":
        return
    try:
        if how == "waiting":
            await _offer(bot, order)
        elif how == "lost":
            await _say_lost(bot, order, surface)
        elif order.resend_of is None and await bot.services.orders.is_pinged(order.asker_id):
            await _ping(bot, order, surface, ended)
    except DISCORD_FAILURES as failed:
        log.info("nobody could be told order=%s error=%s", order.id, type(failed).__name__)


def _words(order: Order, message_id: int | None, ended: Ended | None) -> str:
    link = (
        f"https://discord.com/channels/{order.guild_id or '@me'}/{order.channel_id}/{message_id}" if message_id else ""
    )
    if ended is None:
        return sentences.done_ping(order.asker_id, order.kind, link, count=order.amount)
    if ended.state == "interrupted":
        return sentences.interrupted_ping(order.asker_id, order.kind, link)
    return sentences.failed_ping(order.asker_id, order.kind, link)


async def _ping(bot: GrokBot, order: Order, surface: OrderSurface, ended: Ended | None) -> None:
    words = _words(order, surface.message_id, ended)
    if not order.is_private and not order.is_guest:
        try:
            await _ping_in_channel(bot, order, surface.message_id, words)
        except (discord.NotFound, discord.Forbidden):
            await _ping_directly(bot, order, words, ended)
    elif order.has_ended:
        return  # a process before this one may have pinged, where nobody can look it up
    elif surface.token_lasts_s > 0:
        await surface.webhook().send(words, allowed_mentions=_asker_of(order), ephemeral=order.is_private, wait=True)
    else:
        await _ping_directly(bot, order, words, ended)


async def _ping_directly(bot: GrokBot, order: Order, words: str, ended: Ended | None) -> None:
    """Send a direct message, with a Retry button: the one on the card may not be there."""
    if ended is None:
        channel = await bot.create_dm(discord.Object(order.asker_id))
        await channel.send(words, nonce=nonce_of(order, 2))
    else:
        await _send_card(bot, order, ended_state(first_state(order), ended, is_kept=False))


async def _ping_in_channel(bot: GrokBot, order: Order, message_id: int | None, words: str) -> None:
    if message_id is None:
        return
    channel = bot.get_partial_messageable(order.channel_id, guild_id=order.guild_id)
    if order.state != "queued" and await _was_told(bot, channel, message_id, words):
        return
    card = channel.get_partial_message(message_id).to_reference(fail_if_not_exists=False)
    await channel.send(
        words, reference=card, mention_author=False, allowed_mentions=_asker_of(order), nonce=nonce_of(order, 2)
    )


async def _offer(bot: GrokBot, order: Order) -> None:
    """Send a Show button that stays: private messages of a channel are gone when Discord is started anew."""
    await _send_card(bot, order, replace(first_state(order), phase="ready", sentence=""))


async def _say_lost(bot: GrokBot, order: Order, surface: OrderSurface) -> None:
    """Say where the card stood how to get what can be sent to nobody."""
    log.warning("a result reached nobody order=%s", order.id)
    sentence = sentences.undelivered_ping(order.asker_id, order.kind)
    lost = card_face(replace(first_state(order), phase="failed", sentence=sentence, can_resend=True))
    options = {**send_options(lost), "allowed_mentions": _asker_of(order)}
    if surface.token_lasts_s > 0:
        await surface.webhook().send(**options, ephemeral=order.is_private)
    elif not order.is_private and not order.is_guest:
        channel = bot.get_partial_messageable(order.channel_id, guild_id=order.guild_id)
        await channel.send(**options, nonce=nonce_of(order, 2))


async def _send_card(bot: GrokBot, order: Order, state: CardState) -> None:
    channel = await bot.create_dm(discord.Object(order.asker_id))
    await channel.send(**send_options(card_face(state)), nonce=nonce_of(order, 2))


def _asker_of(order: Order) -> discord.AllowedMentions:
    return discord.AllowedMentions(users=[discord.Object(order.asker_id)])


async def _was_told(bot: GrokBot, channel: discord.PartialMessageable, message_id: int, words: str) -> bool:
    """Whether a process before this one said so and could not write that down.

    An order before this one, which stood on the same card until somebody pressed Retry, mostly said something else.
    """
    async for message in channel.history(limit=LOOKED_BACK, after=discord.Object(message_id)):
        is_ours = bot.user is not None and message.author.id == bot.user.id and message.content == words
        if is_ours and message.reference is not None and message.reference.message_id == message_id:
            return True
    return False
