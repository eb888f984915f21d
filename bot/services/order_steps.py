"""What each step of an order does. All may be taken again by another process, which finds what the first one did."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import InputError, MediaError, UpstreamEmpty
from bot.services.failures import unpacked
from bot.services.fitting import Tailor
from bot.services.getting import Getter
from bot.services.kept import Delivered, Ended, Fitted, Gone, Kept, Made, Outcome, kept_of, packed, written
from bot.services.making import Maker
from bot.services.media_folder import MediaFolder
from bot.services.patience import patiently
from bot.services.quota import Quota
from bot.services.staging import Card, Delivery, Stage
from bot.store.order_values import Order
from bot.store.orders import Orders

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OrderSteps:
    """Takes the steps. now: aware."""

    orders: Orders
    folder: MediaFolder
    maker: Maker
    getter: Getter
    tailor: Tailor
    quota: Quota
    stage: Stage
    now: Callable[[], datetime]

    async def claim(self, order: Order) -> Outcome:
        """Begin, and set aside what the order costs; one that was cancelled in the meantime has ended."""
        if not await patiently(lambda: self.orders.begin(order.id)):
            return Ended("cancelled")
        if order.resend_of is None:
            await patiently(lambda: self.quota.claim(order))
        return Made()

    async def make(self, order: Order, card: Card) -> Outcome:
        """Have the server make it; what is only sent once more is there already."""
        if order.resend_of is not None:
            return await self._kept_before(order.resend_of)
        return await self.maker.make(order, card)

    async def follow(self, order: Order, job_id: str, card: Card) -> Outcome:
        """Ask the server about its job until it is done."""
        card.show("generating")
        return await self.maker.follow(order, job_id, card)

    async def get(self, order: Order, made: Made, card: Card) -> Outcome:
        """Bring it here; what is too large to be brought here can still be linked."""
        if not await self.folder.has_all(made.files):  # they came as bytes, to the disk of another machine
            return Ended("interrupted")
        card.show("fetching")
        kept = await self.getter.get(order, made, card)
        links = [file.link for file in kept.files if file.link]
        if any(file.path for file in kept.files) or (links and is_size(kept.failure)):
            return kept
        return Ended("failed", kept.failure or packed(UpstreamEmpty()), next(iter(links), ""))

    async def fit(self, order: Order, kept: Kept, limit_bytes: int, card: Card) -> Outcome:
        """Make it small enough; where nothing can be delivered, not even a link, it came to nothing."""
        if not await self.folder.has_all(kept.files):
            return Gone()
        fitted = await self.tailor.fit(order, kept, limit_bytes, card)
        if not fitted.files and not any(file.link for file in fitted.unfit):
            return Ended("failed", kept.failure or packed(MediaError("size")))
        return fitted

    async def deliver(self, order: Order, fitted: Fitted, card: Card) -> Outcome:
        """Hand it to people."""
        if not await self.folder.has_all(fitted.files):
            return Gone()
        card.show("uploading")
        took_s = (self.now() - order.created_at).total_seconds()
        return await card.deliver(Delivery(fitted, self.folder.root, took_s))

    async def settle(self, order: Order, ended: Ended | None) -> None:
        """Charge what was delivered, and give back what was set aside for anything else.

        This comes before the end is written down: nobody takes steps any more of what was cancelled.
        """
        if order.resend_of is None:
            await self.quota.settle(order, is_charged=ended is None)

    async def record(self, order: Order, kept: Kept | None, ended: Ended | None) -> None:
        """Write down how it ended."""
        state = ended.state if ended is not None else "done"
        failure = ended.failure if ended is not None else ""
        result = written(kept) if kept is not None else ""
        before = await self.orders.find(order.id)
        await self.orders.end(order.id, state, self.now(), result=result, failure=failure)
        log.info("an order ended order=%s kind=%s model=%s state=%s", order.id, order.kind, order.model, state)
        if ended is None and before is not None and before.begun_at is not None and not before.has_ended:
            took_s = (self.now() - before.begun_at).total_seconds()
            await self.orders.note_duration(order.model, took_s, self.now())

    async def tell(self, order: Order, ended: Ended | None, delivered: Delivered | None) -> None:
        """Ping the asker, who may look elsewhere by now; whoever cancelled knows."""
        if ended is None or ended.state != "cancelled":
            await self.stage.tell(order, ended, delivered)

    async def _kept_before(self, old_id: int) -> Outcome:
        old = await patiently(lambda: self.orders.find(old_id))
        before = kept_of(old.result) if old is not None and old.result else None
        files = tuple(file for file in before.files if file.path) if isinstance(before, Kept) else ()
        if not isinstance(before, Kept) or not files or not await self.folder.has_all(files):
            raise InputError("order_file_gone")
        poster = before.poster if before.poster and await self.folder.has_all([before.poster]) else None
        return Made(files=files, poster_file=poster)


def is_size(failure: str) -> bool:
    """Whether a packed error says that a file is larger than may be fetched."""
    error = unpacked(failure) if failure else None
    return isinstance(error, MediaError) and error.reason == "size"
