"""Orders for pictures and clips: placed, cancelled, tried again, sent once more, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import InputError, StoreError
from bot.grok.types import Aspect, InlineImage, VideoQuality
from bot.services.cancelling import Cancellations
from bot.services.jobs import Fulfil, Limits
from bot.services.kept import Kept, kept_of
from bot.services.media_folder import MediaFolder
from bot.services.ordering_times import Standing, standing, usual_s
from bot.services.question import Author
from bot.services.staging import Stage
from bot.store.orders import Kind, NewOrder, Order, Orders, Source
from bot.store.person_preferences import PersonPreferences

__all__ = ["Aspect", "Kind", "Order", "OrderService", "VideoQuality", "Where", "Wish"]

MOST_UNDER_WAY = 10  # of one person
TIDY_EVERY_S = 3600.0
REMEMBERED = timedelta(days=30)  # what was ordered: Retry and Again need it


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants. amount: of pictures. source: a picture to be changed, or to be set in motion."""

    kind: Kind
    prompt: str
    amount: int = 1
    aspect: Aspect | None = None
    seconds: int | None = None
    quality: VideoQuality | None = None
    source: InlineImage | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where the card of an order stands, and by which right it can be painted: see `bot.store.orders.NewOrder`."""

    channel_id: int
    guild_id: int | None
    message_id: int | None
    application_id: int
    token: str
    token_dies_at: datetime
    is_private: bool
    is_guest: bool
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class OrderModels:
    """Which model makes what."""

    picture: str
    edit: str
    clip: str

    def of(self, wish: Wish) -> str:
        """Return the model for a wish."""
        if wish.kind == "clip":
            return self.clip
        return self.edit if wish.source is not None else self.picture


class DurableJobs(Protocol):
    """What carries orders out: `bot.services.jobs.Jobs`."""

    async def open(self, fulfil: Fulfil) -> None:
        """Begin, or go on with what was left."""
        ...

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more, and wait for what is being made."""
        ...

    async def close(self) -> None:
        """Leave every order where it is."""
        ...

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        """Let an order wait for its turn; False when it was over already."""
        ...


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
        make_fulfil: Callable[[Stage], Fulfil],
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
        self._make_fulfil = make_fulfil
        self._now = now
        self._slot = slot
        self._keep = keep
        self._sleep = sleep
        self._stage: Stage | None = None

    # the life of the process

    async def open(self, stage: Stage) -> None:
        """Begin to carry orders out on a stage, those included that were left under way."""
        self._stage = stage
        await self._jobs.open(self._make_fulfil(stage))
        for order in await self._orders.under_way(self._slot):
            if order.state == "queued":
                stage.queued(order)
            # Harmless where it waits already; an order whose process died between keeping and enqueueing it does not.
            if not await self._jobs.enqueue(order.id, order.asker_id):
                await self._orders.end(order.id, "interrupted", self._now())

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
            await self._folder.remove_old((self._now() - self._keep).timestamp())
            await self._sleep(TIDY_EVERY_S)

    # orders

    async def place(self, asker: Author, wish: Wish, where: Where) -> Order:
        """Take an order. Raises InputError("orders_many"), or InputError("orders_closed") without the database."""
        stage, new = self.stage, self._new(asker, wish, where)
        source = Source(wish.source.mime, wish.source.data) if wish.source else None
        try:
            under_way = await self._orders.count_of(asker.id)
            if under_way >= MOST_UNDER_WAY:
                raise InputError("orders_many", count=under_way, limit=MOST_UNDER_WAY)
            order = await self._orders.add(new, source)
        except StoreError as away:
            raise InputError("orders_closed") from away
        return await self._in_line(order, stage)

    async def retry(self, order: Order, where: Where) -> Order:
        """Place the same order once more, on the same card. Raises InputError("order_under_way") when it is."""
        stage = self.stage
        if not order.has_ended:
            raise InputError("order_under_way")
        placed = await self._orders.replace(order.id, self._as_before(order, where))
        if placed is None:
            raise InputError("order_under_way")
        return await self._in_line(placed, stage)

    async def again(self, order: Order, where: Where) -> Order:
        """Place the same order once more, on a card of its own."""
        stage, source = self.stage, await self._orders.source(order.id)
        return await self._in_line(await self._orders.add(self._as_before(order, where), source), stage)

    async def resend(self, order: Order, where: Where) -> Order:
        """Send the kept results once more. Raises InputError("order_file_gone") when they are no longer there."""
        stage = self.stage
        if not await self.is_kept(order):
            raise InputError("order_file_gone")
        return await self._in_line(await self._orders.add(self._once_more(order, where)), stage)

    async def show_at(self, order: Order, where: Where) -> None:
        """Let the card of an order go on in another message; what is over already is sent there."""
        if order.has_ended:
            await self._in_line(await self._orders.add(self._once_more(order, where)), self.stage)
            return
        await self._orders.attach(
            order.id,
            message_id=where.message_id or 0,
            token=where.token,
            token_dies_at=where.token_dies_at,
            limit_bytes=where.limit_bytes,
        )
        self.stage.moved(await self.find(order.id))

    async def detach(self, order: Order) -> None:
        """Note that the card of an order can no longer be painted."""
        await self._orders.detach(order.id)

    async def cancel(self, order: Order) -> None:
        """Cancel an order, in line or under way. Raises InputError("order_over")."""
        if order.has_ended or not await self._orders.cancel(order.id):
            raise InputError("order_over")
        if self._cancellations.press(order.id) or order.state != "queued":
            self.stage.cancelling(order)
        elif await self._orders.end(order.id, "cancelled", self._now()):
            await self.stage.cancelled(order)

    async def delete(self, order: Order) -> None:
        """Forget an order and its results. Raises InputError("order_under_way")."""
        if not order.has_ended:
            raise InputError("order_under_way")
        await self._orders.remove(order.id)
        await self._folder.remove(order.id)

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

    # people

    async def is_pinged(self, person_id: int) -> bool:
        """Whether somebody wants to be pinged; if nobody can tell, as most do."""
        with suppress(StoreError):
            return await self._people.is_pinged(person_id)
        return True

    async def set_pinged(self, person_id: int, is_pinged: bool) -> None:
        """Keep whether somebody wants to be pinged."""
        await self._people.set_pinged(person_id, is_pinged)

    async def _in_line(self, order: Order, stage: Stage) -> Order:
        stage.queued(order)
        await self._jobs.enqueue(order.id, order.asker_id)
        return order

    def _new(self, asker: Author, wish: Wish, where: Where) -> NewOrder:
        return NewOrder(
            kind=wish.kind,
            slot=self._slot,
            prompt=wish.prompt,
            model=self._models.of(wish),
            amount=wish.amount,
            aspect=wish.aspect,
            seconds=wish.seconds,
            quality=wish.quality,
            asker_id=asker.id,
            asker_name=asker.name,
            created_at=self._now(),
            **asdict(where),
        )

    def _as_before(self, order: Order, where: Where) -> NewOrder:
        """Return the same wishes at another place."""
        same = {field.name: getattr(order, field.name) for field in fields(NewOrder)}
        return NewOrder(**{**same, **asdict(where), "slot": self._slot, "created_at": self._now(), "resend_of": None})

    def _once_more(self, order: Order, where: Where) -> NewOrder:
        return replace(self._as_before(order, where), resend_of=order.resend_of or order.id)
