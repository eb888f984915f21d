"""A card shows how its order ended a moment before that is written down: a press in between must not fail."""

from __future__ import annotations

import asyncio

from bot.services.orders import Order, OrderService

LOOKS, LOOK_S = 6, 0.25  # well below the 3 s in which a press must be acknowledged


async def settled(orders: OrderService, order: Order) -> Order:
    """Return an order as it ended, or as it is after a moment. Raises InputError("order_gone")."""
    for _ in range(LOOKS):
        if order.has_ended:
            break
        await asyncio.sleep(LOOK_S)
        order = await orders.find(order.id)
    return order
