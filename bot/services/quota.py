"""Who may order how much. The limits come with a later version; this is where they go."""

from __future__ import annotations

from typing import Protocol

from bot.store.order_values import Order


class Quota(Protocol):
    """Claims what an order costs before it is made, and settles it when it has ended. Both may be called twice.

    An order for which nothing was set aside is settled all the same.
    """

    async def claim(self, order: Order) -> None:
        """Set aside what an order costs. Raises InputError("quota_used") when its asker has nothing left."""
        ...

    async def settle(self, order: Order, *, is_charged: bool) -> None:
        """Keep what was set aside, or give it back where nothing was delivered."""
        ...


class Unlimited:
    """Nobody has a limit."""

    async def claim(self, order: Order) -> None:
        """Set nothing aside."""

    async def settle(self, order: Order, *, is_charged: bool) -> None:
        """Keep nothing."""
