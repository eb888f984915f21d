"""What the buttons of a card do. They work after a restart: what they need stands in the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord

from bot.answering.people import is_moderator
from bot.app import GrokBot
from bot.errors import InputError
from bot.ordering.placing import deferred, where_of
from bot.ordering.settling import settled
from bot.services.orders import Order, Where
from bot.ui.order_controls import OrderControl

Press = discord.Interaction[GrokBot]
Act = Callable[[Press, Order], Awaitable[None]]
ON_ENDED = frozenset({"retry", "resend", "delete"})  # what can only be done once an order is over


async def press(interaction: Press, control: OrderControl) -> None:
    """Do what a button says. Raises InputError, in one clear sentence, when that cannot be done."""
    if control.action in IN_PLACE:
        await interaction.response.defer()
    order = await interaction.client.services.orders.shown(int(control.key))
    if interaction.user.id != order.asker_id and not is_moderator(interaction):
        raise InputError("order_not_yours")
    if control.action in ON_ENDED:
        order = await settled(interaction.client.services.orders, order)
    await ACTS[control.action](interaction, order)


async def cancel(interaction: Press, order: Order) -> None:
    """Stop an order, wherever it is."""
    await interaction.client.services.orders.cancel(order)


async def retry(interaction: Press, order: Order) -> None:
    """Have the same made once more, on the same card; a result is not replaced by a button from before it came."""
    if order.state == "done":
        raise InputError("old_button")
    await interaction.client.services.orders.retry(order, _here(interaction))


async def again(interaction: Press, order: Order) -> None:
    """Have another one made, on a card of its own."""
    where = await deferred(interaction, is_private=order.is_private)
    await interaction.client.services.orders.again(order, where)


async def resend(interaction: Press, order: Order) -> None:
    """Send what is kept once more, on a card of its own."""
    if not await interaction.client.services.orders.is_kept(order):
        raise InputError("order_file_gone")
    where = await deferred(interaction, is_private=order.is_private)
    await interaction.client.services.orders.resend(order, where)


async def show(interaction: Press, order: Order) -> None:
    """Go on in this message, which the press allows to paint for another while."""
    await interaction.client.services.orders.show_at(order, _here(interaction))


async def delete(interaction: Press, order: Order) -> None:
    """Delete the card, and forget the order and its results."""
    await interaction.client.services.orders.delete(order)
    with suppress(discord.NotFound):
        await interaction.delete_original_response()


def _here(interaction: Press) -> Where:
    message = interaction.message
    is_private = message is not None and message.flags.ephemeral
    return where_of(interaction, message.id if message is not None else None, is_private=is_private)


IN_PLACE = frozenset({"cancel", "retry", "show", "delete"})  # these need no message of their own
ACTS: dict[str, Act] = {
    "cancel": cancel,
    "retry": retry,
    "again": again,
    "resend": resend,
    "show": show,
    "delete": delete,
}
