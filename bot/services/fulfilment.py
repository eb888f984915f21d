"""From an order's turn in line to the result in the channel: which step follows which.

Each step's result is kept, so that a process that takes over goes on after the last one that was finished. What comes
next depends on these results alone: a process that repeats them from memory comes to the same place.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.errors import GrokBotError, InputError, MediaError, UnforeseenError
from bot.services.cancelling import Cancellations, Cancelled
from bot.services.kept import Delivered, Ended, Fitted, Kept, Made, Outcome, Submitted, kept_of, packed, written
from bot.services.order_steps import OrderSteps
from bot.services.patience import patiently
from bot.services.staging import Card
from bot.store.order_values import Order
from bot.store.orders import Orders
from bot.traces import wordless_traceback

MOST_DELIVERIES = 4  # as large as the channel takes, as small as every channel takes, still smaller, then a link
MOST_MOVES = 50  # from one machine's disk to another's, and deliveries: far more than ever happen, but no endless loop
SMALLEST_LIMIT_BYTES = 10 * 1024 * 1024  # Discord: what everybody may attach, since 2025-04
SHRINKING = 0.8  # when even that is refused

log = logging.getLogger(__name__)


class Steps(Protocol):
    """Keeps the results of steps: `bot.services.jobs`."""

    async def run(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return what `work` comes to, or came to in a process before this one."""
        ...


@dataclass(frozen=True, slots=True)
class End:
    """How an order ended. kept: what lies on disk; ended: why nothing was delivered."""

    kept: Kept | None = None
    ended: Ended | None = None
    delivered: Delivered | None = None


class _Forgotten:
    """Steps that are taken once, and whose results nobody needs."""

    async def run(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        del name
        return await work()


class Fulfilment:
    """Carries orders out."""

    def __init__(self, orders: Orders, hands: OrderSteps, cancellations: Cancellations) -> None:
        self._orders = orders
        self._hands = hands
        self._cancellations = cancellations

    async def fulfil(self, order_id: int, steps: Steps) -> None:
        """Take the steps that are left. An order that is forgotten, or was cancelled while it waited, has none."""
        with self._cancellations.entered(order_id):  # before it is looked at: who cancels it from now on is heard
            order = await patiently(lambda: self._orders.find(order_id))
            if order is None or order.state == "cancelled":
                return
            async with self._hands.stage.card(order) as card:
                await _Taking(order, card, steps, self._hands, self._cancellations).all()

    async def interrupt(self, order_id: int) -> None:
        """End an order whose steps nobody will take any more, if it has not ended: say so, charge nothing."""
        order = await patiently(lambda: self._orders.find(order_id))
        if order is None or order.has_ended:
            return
        async with self._hands.stage.card(order) as card:
            taking = _Taking(order, card, _Forgotten(), self._hands, self._cancellations)
            await taking.finish(End(ended=Ended("interrupted")))


class _Taking:
    """The steps of one order, in their order."""

    def __init__(
        self,
        order: Order,
        card: Card,
        steps: Steps,
        hands: OrderSteps,
        cancellations: Cancellations,
    ) -> None:
        self._order = order
        self._card = card
        self._steps = steps
        self._hands = hands
        self._cancellations = cancellations

    async def all(self) -> None:
        """Take every step."""
        await self.finish(await self._end())

    async def finish(self, end: End) -> None:
        """Take the last steps: say and write down how it ended."""
        if end.ended is not None:
            ended, is_kept = end.ended, end.kept is not None
            await self._surely("close", lambda: self._card.close(ended, is_kept=is_kept))
        await self._surely("settle", lambda: self._hands.settle(self._order, end.ended))
        await self._surely("record", lambda: self._hands.record(self._order, end.kept, end.ended))
        await self._surely("tell", lambda: self._hands.tell(self._order, end.ended, end.delivered))

    async def _end(self) -> End:
        order, card, hands = self._order, self._card, self._hands
        made = await self._step("claim", lambda: hands.claim(order))
        if isinstance(made, Made):
            made = await self._step("make", lambda: hands.make(order, card))
        if isinstance(made, Submitted):
            job_id = made.job_id
            made = await self._step("follow", lambda: hands.follow(order, job_id, card))
        return await self._delivered(made) if isinstance(made, Made) else End(ended=_as_ended(made))

    async def _delivered(self, made: Made) -> End:
        """Hand the result over; where Discord takes less than it said, a smaller one."""
        limit_bytes = self._order.limit_bytes
        kept: Kept | None = None
        refusals = 0
        for _ in range(MOST_MOVES):
            if kept is None:
                got = await self._step("get", lambda: self._hands.get(self._order, made, self._card))
                if not isinstance(got, Kept):
                    return End(ended=_as_ended(got))
                kept = got
            is_last = refusals == MOST_DELIVERIES - 1
            delivered = await self._handed_over(kept, 0 if is_last else limit_bytes)
            if isinstance(delivered, Ended):
                return End(kept, ended=delivered)
            if isinstance(delivered, Delivered) and delivered.how == "lost":
                return End(kept, ended=Ended("failed", packed(InputError("order_undeliverable"))), delivered=delivered)
            if isinstance(delivered, Delivered) and delivered.how != "too_large":
                return End(kept, delivered=delivered)
            if not isinstance(delivered, Delivered):  # the files are not on this disk: another machine goes on
                kept = None
            elif is_last:
                return End(kept, ended=Ended("failed", packed(MediaError("size"))))
            else:
                refusals += 1
                limit_bytes = min(SMALLEST_LIMIT_BYTES, int(limit_bytes * SHRINKING))
        return End(ended=Ended("interrupted"))

    async def _handed_over(self, kept: Kept, limit_bytes: int) -> Outcome:
        order, card = self._order, self._card
        fitted = await self._step("fit", lambda: self._hands.fit(order, kept, limit_bytes, card))
        if not isinstance(fitted, Fitted):
            return fitted
        return await self._step("deliver", lambda: self._hands.deliver(order, fitted, card))

    async def _step(self, name: str, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Take a step that may be cancelled, and may fail."""

        async def taken() -> str:
            await patiently(self._hands.orders.check)
            try:
                if self._order.is_cancelled:
                    raise Cancelled
                return written(await self._cancellations.unless_pressed(self._order.id, work))
            except Cancelled:
                return written(Ended("cancelled"))
            except GrokBotError as failed:
                return written(Ended("failed", packed(failed)))
            except Exception as unforeseen:  # the outermost handler: a card must not say "generating" for ever
                return written(Ended("failed", packed(self._incident(name, unforeseen))))

        return kept_of(await self._steps.run(name, taken))

    async def _surely(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Take a step that nobody can cancel, and that ends the order even if it fails."""

        async def taken() -> str:
            await patiently(self._hands.orders.check)
            try:
                await patiently(work)
            except Exception as unforeseen:  # as above; what comes after it must be done all the same
                self._incident(name, unforeseen)
            return ""

        await self._steps.run(name, taken)

    def _incident(self, step: str, error: Exception) -> UnforeseenError:
        incident, kind, trace = secrets.token_hex(4), type(error).__name__, wordless_traceback(error)
        log.error("incident=%s order=%s step=%s error=%s\n%s", incident, self._order.id, step, kind, trace)
        return UnforeseenError(incident)


def _as_ended(outcome: Outcome) -> Ended:
    return outcome if isinstance(outcome, Ended) else Ended("failed", packed(MediaError("gone")))
