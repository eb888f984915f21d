"""Orders that were taken by a process which died before it knew whether their card appeared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.services.staging import Stage
from bot.store.order_values import Order
from bot.store.orders import Orders


async def with_cards(
    left: Iterable[Order], orders: Orders, stage: Stage, now: Callable[[], datetime]
) -> tuple[Order, ...]:
    """Return the orders that were left under way, with what is known of their cards now. now: aware.

    An order whose card never appeared ends: whoever gave it was told by Discord that nobody answered.
    """
    found = [await _with_card(order, orders, stage, now) for order in left]
    return tuple(order for order in found if order is not None)


async def _with_card(order: Order, orders: Orders, stage: Stage, now: Callable[[], datetime]) -> Order | None:
    if order.message_id is not None or order.state != "queued":
        return order
    found = await stage.find_card(order)
    if found is None:
        await orders.end(order.id, "cancelled", now())
    elif found is not order:
        await orders.shown_at(order.id, found.message_id, is_private=found.is_private)
    return found
