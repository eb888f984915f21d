"""Orders for pictures and clips: placed, cancelled, tried again, sent once more, forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from bot.errors import InputError, StoreError
from bot.grok.types import Aspect, VideoQuality
from bot.services.appearing import with_cards
from bot.services.cancelling import Cancellations
from bot.services.carrying import DurableJobs, Fulfilling, Limits, to_the_end
from bot.services.kept import Ended, Kept, end_of, kept_of
from bot.services.media_folder import MediaFolder
from bot.services.ordering_times import Standing, standing, usual_s
from bot.services.patience import patiently
from bot.services.question import Author
from bot.services.staging import Stage
from bot.services.wishes import OrderModels, Where, Wish, new_order, same_order
from bot.store.orders import Kind, NewOrder, Order, Orders, Source
from bot.store.person_preferences import PersonPreferences

__all__ = ["Aspect", "Kind", "Order", "OrderModels", "OrderService", "VideoQuality", "Where", "Wish"]

MOST_UNDER_WAY = 10  # of one person
TIDY_EVERY_S = 3600.0
REMEMBERED = timedelta(days=30)  # what was ordered: Retry and Again need it
KEEPING_S = 1.5  # Discord: 3 s until an interaction is answered
STEPS_KEPT = timedelta(hours=1)  # what the steps of an order came to, once it is over

log = logging.getLogger(__name__)


class OrderService:
    """The orders of this process. slot: its number. now: aware. keep: how long results stay on disk."""

    def __init__(
        self,
        orders: Orders,
        people: PersonPreferences,
        jobs: DurableJobs,
        folder: MediaFolder,
        cancellations: Cancellations,
        *,
        models: OrderModels,
        limits: Limits,
        make_fulfilment: Callable[[Stage], Fulfilling],
        now: Callable[[], datetime],
        slot: int = 0,
        keep: timedelta = timedelta(hours=24),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._orders = orders
        self._people = people
        self._jobs = jobs
        self._folder = folder
        self._cancellations = cancellations
        self._models = models
        self._limits = limits
        self._make_fulfilment = make_fulfilment
        self._now = now
        self._slot = slot
        self._keep = keep
        self._sleep = sleep
        self._stage: Stage | None = None

    # the life of the process

    async def open(self, stage: Stage) -> None:
        """Begin to carry orders out on a stage, those included that were left under way."""
        self._stage = stage
        fulfilment = self._make_fulfilment(stage)
        left = await self._orders.under_way(self._slot)  # before anything moves: who waits is shown as one who waits
        left = await with_cards(left, self._orders, stage, self._now)
        for order in left:
            if order.state == "queued" and not order.is_cancelled:
                stage.queued(order)
        await self._jobs.open(to_the_end(fulfilment))
        # An order that has ended may have steps left, to tell somebody, and one of another slot may be let in by this.
        if await self._orders.are_any():
            await self._jobs.wake()
        for order in left:
            # Harmless where it waits already; an order whose process died between keeping and enqueueing it does not.
            if not await self._jobs.enqueue(order.id, order.asker_id):
                await fulfilment.interrupt(order.id)

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more, and let what is being made come to its end, as far as that takes no longer."""
        await self._jobs.rest(patience_s)

    async def close(self, farewell: str) -> None:
        """Leave every order where it is. farewell: said on their cards meanwhile. Closing twice is harmless."""
        stage, self._stage = self._stage, None
        if stage is not None:
            await stage.pause(farewell)
            await self._jobs.close()
            await stage.close()

    @property
    def stage(self) -> Stage:
        """Where orders are shown. Raises InputError("draining") before `open` and after `close`."""
        if self._stage is None:
            raise InputError("draining")
        return self._stage

    async def run(self) -> None:
        """Forget old orders and remove old results, once an hour, for as long as the bot runs."""
        while True:
            await self._orders.expire(self._now() - REMEMBERED)
            needed = await self._orders.needed()
            await self._folder.remove_old((self._now() - self._keep).timestamp(), needed=needed)
            await self._jobs.tidy(self._now() - STEPS_KEPT)
            await self._sleep(TIDY_EVERY_S)

    # orders

    async def place(self, asker: Author, wish: Wish, where: Where) -> Order:
        """Take an order. Raises InputError("orders_many"), or InputError("orders_closed") without the database."""
        source = Source(wish.source.mime, wish.source.data) if wish.source else None
        return await self._added(self._new(asker, wish, where), source)

    async def keep(self, asker: Author, wish: Wish, where: Where) -> Order:
        """Take an order whose card has not appeared yet, see `appeared`. Raises as `place` does.

        So a process that dies in between leaves an order, and no card that nobody knows of. Whoever ordered waits for
        any answer meanwhile, and Discord gives up after 3 s: the database has half of that.
        """
        self.stage  # noqa: B018  # raises when the bot stops
        with _open():
            async with asyncio.timeout(KEEPING_S):
                await self._check_number(asker.id)
                return await self._orders.add(self._new(asker, wish, where))

    async def appeared(self, order: Order, where: Where) -> None:
        """Let an order wait for its turn, now that its card is there; where the bot stops, for the next process."""
        shown = replace(order, message_id=where.message_id, is_private=where.is_private)
        await patiently(lambda: self._orders.shown_at(order.id, shown.message_id, is_private=shown.is_private))
        if self._stage is not None:
            await self._in_line(shown, self._stage)

    async def withdraw(self, order: Order) -> None:
        """End an order whose card did not appear: nobody knows of it."""
        await patiently(lambda: self._orders.end(order.id, "cancelled", self._now()))

    async def retry(self, order: Order, where: Where) -> Order:
        """Place the same order once more, on the same card.

        Raises InputError("order_under_way") when it is, InputError("orders_many").
        """
        stage = self.stage
        if not order.has_ended:
            raise InputError("order_under_way")
        with _open():
            await self._check_number(order.asker_id)
            new = self._as_before(order, where)
            if order.resend_of is not None and await self._is_still_kept(order.resend_of):
                new = replace(new, resend_of=order.resend_of)
            placed = await self._orders.replace(order.id, new)
        if placed is None:
            raise InputError("order_under_way")
        return await self._in_line(placed, stage)

    async def again(self, order: Order, where: Where) -> Order:
        """Place the same order once more, on a card of its own."""
        with _open():
            source = await self._orders.source(order.id)
        return await self._added(self._as_before(order, where), source)

    async def resend(self, order: Order, where: Where) -> Order:
        """Send the kept results once more. Raises InputError("order_file_gone") when they are no longer there."""
        if not await self.is_kept(order):
            raise InputError("order_file_gone")
        return await self._sent_once_more(order, where)

    async def show_at(self, order: Order, where: Where) -> None:
        """Let the card of an order go on in another message; what is over already is shown there."""
        if await self._orders.attach(
            order.id,
            message_id=where.message_id or 0,
            token=where.token,
            token_dies_at=where.token_dies_at,
            limit_bytes=where.limit_bytes,
        ):
            self.stage.moved(await self.find(order.id))
            return
        over = await self.find(order.id)
        ended = end_of(over)
        if ended is None:
            await self._sent_once_more(over, where)
        else:
            there = replace(over, **asdict(where), is_detached=False)
            await self.stage.ended(there, ended, is_kept=await self.is_kept(over))

    async def detach(self, order: Order) -> None:
        """Note that the card of an order can no longer be painted."""
        await self._orders.detach(order.id)

    async def cancel(self, order: Order) -> None:
        """Cancel an order, in line or under way. Raises InputError("order_over")."""
        if order.has_ended or not await self._orders.cancel(order.id):
            raise InputError("order_over")
        if not self._cancellations.press(order.id) and (await self.find(order.id)).state == "queued":
            # The card first: whoever dies in between is asked to cancel it once more, or finds it cancelled.
            await self.stage.ended(order, Ended("cancelled"), is_kept=False)
            if await self._orders.leave_line(order.id, self._now()):
                return
        self._cancellations.press(order.id)  # its turn may have come meanwhile
        self.stage.cancelling(order)

    async def delete(self, order: Order) -> None:
        """Forget an order and its results. Raises InputError("order_under_way")."""
        if not order.has_ended:
            raise InputError("order_under_way")
        for order_id in await self._orders.remove(order.id):
            await self._folder.remove(order_id)

    async def shown(self, order_id: int) -> Order:
        """Return the order on a card: the one that its button names, or the one that took its place since.

        Raises InputError("order_gone").
        """
        order = await self.find(order_id)
        while order.next_id:
            order = await self.find(order.next_id)
        return order

    async def find(self, order_id: int) -> Order:
        """Return an order. Raises InputError("order_gone")."""
        order = await self._orders.find(order_id)
        if order is None:
            raise InputError("order_gone")
        return order

    async def is_kept(self, order: Order) -> bool:
        """Whether results of an order are there to be sent once more."""
        kept = kept_of(order.result) if order.result else None
        files = [file for file in kept.files if file.path] if isinstance(kept, Kept) else []
        return bool(files) and await self._folder.has_all(files)

    # what can be said of time

    async def standing(self, order: Order) -> Standing | None:
        """Return where a waiting order stands; None when it does not wait."""
        waiting = await self._orders.in_line()
        return standing(order.id, waiting, await self._orders.last_durations(order.model), self._limits.at_once)

    async def usual_s(self, model: str) -> float | None:
        """Return how long an order of a model usually takes here, None where nothing is known."""
        return usual_s(await self._orders.last_durations(model))

    async def counts(self) -> dict[tuple[str, str], int]:
        """Return how many orders of this process are remembered, by kind and state."""
        return await self._orders.counts(self._slot)

    # people

    async def is_pinged(self, person_id: int) -> bool:
        """Whether somebody wants to be pinged; if nobody can tell, as most do."""
        with suppress(StoreError):
            return await self._people.is_pinged(person_id)
        return True

    async def set_pinged(self, person_id: int, is_pinged: bool) -> None:
        """Keep whether somebody wants to be pinged."""
        await self._people.set_pinged(person_id, is_pinged)

    async def _added(self, new: NewOrder, source: Source | None) -> Order:
        stage = self.stage
        with _open():
            await self._check_number(new.asker_id)
            order = await self._orders.add(new, source)
        return await self._in_line(order, stage)

    async def _check_number(self, asker_id: int) -> None:
        under_way = await self._orders.count_of(asker_id)
        if under_way >= MOST_UNDER_WAY:
            raise InputError("orders_many", count=under_way, limit=MOST_UNDER_WAY)

    async def _sent_once_more(self, order: Order, where: Where) -> Order:
        """Place an order for what is kept. A picture of the person's goes along: Again may be pressed there too."""
        new = replace(self._as_before(order, where), resend_of=order.resend_of or order.id)
        with _open():
            source = await self._orders.source(order.id)
        return await self._added(new, source)

    async def _is_still_kept(self, order_id: int) -> bool:
        order = await self._orders.find(order_id)
        return order is not None and await self.is_kept(order)

    async def _in_line(self, order: Order, stage: Stage) -> Order:
        stage.queued(order)
        log.info("ordered order=%s kind=%s model=%s", order.id, order.kind, order.model)
        await self._jobs.enqueue(order.id, order.asker_id)
        return order

    def _new(self, asker: Author, wish: Wish, where: Where) -> NewOrder:
        return new_order(asker, wish, where, model=self._models.of(wish), slot=self._slot, now=self._now())

    def _as_before(self, order: Order, where: Where) -> NewOrder:
        return same_order(order, where, slot=self._slot, now=self._now())


@contextmanager
def _open() -> Iterator[None]:
    """Take orders as long as the database is there. Raises InputError("orders_closed")."""
    try:
        yield
    except (StoreError, TimeoutError) as away:
        raise InputError("orders_closed") from away
