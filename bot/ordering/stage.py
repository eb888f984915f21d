"""The cards of the orders that this process carries out, or that wait in line for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime

from bot.app import GrokBot
from bot.ordering.card import LiveCard
from bot.ordering.surface import OrderSurface
from bot.ordering.telling import tell
from bot.services.kept import Delivered, Ended
from bot.services.orders import Order
from bot.ui.failures import DISCORD_FAILURES

FAREWELL_S = 3.0

log = logging.getLogger(__name__)


class CardStage:
    """Shows orders on cards: what `bot.services.staging.Stage` asks for. now: aware."""

    def __init__(self, bot: GrokBot, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._now = now
        self._cards: dict[int, LiveCard] = {}
        # DBOS takes steps in contexts of its own, without what discord.py keeps there for webhooks.
        self._context = copy_context()

    def __len__(self) -> int:
        """Return how many orders are shown now: they wait, or are carried out."""
        return len(self._cards)

    @asynccontextmanager
    async def card(self, order: Order) -> AsyncIterator[LiveCard]:
        """Give the card of an order while its steps are taken."""
        card = self._opened(order)
        try:
            yield card
        finally:
            await self._shut(order.id)

    async def find_card(self, order: Order) -> Order | None:
        """Ask Discord for the card of an order whose process died before it knew that; None when there is none."""
        try:
            found = await OrderSurface(self._bot, order, self._now).find()
        except DISCORD_FAILURES as failed:
            log.warning("a card could not be looked for order=%s error=%s", order.id, type(failed).__name__)
            return order
        if found is None:
            return None
        return replace(order, message_id=found.id, is_private=order.is_private or found.flags.ephemeral)

    def queued(self, order: Order) -> None:
        """Show that an order waits, and where in line."""
        self._opened(order).show("queued")

    def cancelling(self, order: Order) -> None:
        """Show that Cancel was pressed."""
        if card := self._cards.get(order.id):
            card.cancelling()

    async def ended(self, order: Order, ended: Ended, *, is_kept: bool) -> None:
        """Show how an order ended for which no steps are taken."""
        card = self._opened(order)
        await card.close(ended, is_kept=is_kept)
        await self._shut(order.id)

    def moved(self, order: Order) -> None:
        """Let the card of an order under way go on in the message that the order names now."""
        if card := self._cards.get(order.id):
            card.move(order)

    async def tell(self, order: Order, ended: Ended | None, delivered: Delivered | None) -> None:
        """Ping whoever ordered."""
        card = self._cards.get(order.id)
        surface = card.surface if card is not None else OrderSurface(self._bot, order, self._now)
        telling = tell(self._bot, order, surface, ended, delivered)
        await asyncio.create_task(telling, context=self._context)

    async def pause(self, sentence: str) -> None:
        """Say on every card why it stands still; not for longer than a farewell may take."""
        pauses = [asyncio.create_task(card.pause(sentence)) for card in self._cards.values()]
        if pauses:
            await asyncio.wait(pauses, timeout=FAREWELL_S)
        for pause in pauses:
            pause.cancel()

    async def close(self) -> None:
        """Let go of the cards that still wait in line."""
        for order_id in list(self._cards):
            await self._shut(order_id)

    def _opened(self, order: Order) -> LiveCard:
        card = self._cards.get(order.id)
        if card is None:
            card = self._cards[order.id] = LiveCard(self._bot, order, self._now)
            self._context.run(card.open)
        return card

    async def _shut(self, order_id: int) -> None:
        if card := self._cards.pop(order_id, None):
            await card.shut()
