"""The card of one order while it is under way: what is known of it, and its message that shows that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.app import GrokBot
from bot.errors import StoreError
from bot.ordering.faces import delivered_state, ended_state, first_state
from bot.ordering.handing import hand_over
from bot.ordering.surface import OrderSurface
from bot.services.kept import Delivered, Ended
from bot.services.orders import Order
from bot.services.staging import Delivery, Phase
from bot.ui.face import Face, Upload
from bot.ui.failures import DISCORD_FAILURES
from bot.ui.live import LiveMessage
from bot.ui.order_card import ENDED, CardState, card_face
from bot.ui.progress import Progress
from bot.ui.sentences import orders as sentences
from bot.ui.surface import SurfaceLostError, send_options

TICK_S = 1.0
UPLOAD_SEEN_BYTES = 1024 * 1024  # what takes so long to send that people want to know
LOOK_S = 2.0  # how often the place in line is looked at
HELD_BACK_S = 0.1  # between looks whether the gate is open again
FAREWELL_S = 45.0  # before a token dies by which alone a card can be painted

log = logging.getLogger(__name__)


class LiveCard:
    """A card that is kept up to date by a task of its own, from its place in line to the end.

    It shows nothing until something is known: a process that goes on with an order repeats its steps from memory first.
    """

    def __init__(self, bot: GrokBot, order: Order, now: Callable[[], datetime]) -> None:
        self.order = order
        self._bot = bot
        self._now = now
        self.surface = OrderSurface(bot, order, now)
        self._live = LiveMessage(self.surface, bot.pacer, self._faces, tick_s=TICK_S)
        self._state: CardState | None = None
        self._progress = Progress(time.monotonic)
        self._fallback: Face | None = None
        self._shown: Sequence[Face] = ()
        self._is_held_back = False
        self._over = asyncio.Event()
        self._moved = asyncio.Event()
        self._expected_s: float | None = None
        self._is_detached = order.is_detached
        self._task: asyncio.Task[None] | None = None

    # what the steps say

    def show(self, phase: Phase, percent: float | None = None) -> None:
        """Show how far the order is."""
        state = self._known()
        if state.phase != phase:
            if phase in ("generating", "fitting"):
                self._progress = Progress(time.monotonic, self._expected_s if phase == "generating" else None)
            state = replace(state, phase=phase, place=None)
        self._progress.announce(percent)
        self._change(state)

    def cool(self, left_s: float) -> None:
        """Show that all the server's accounts are busy, and when it is asked again."""
        self._change(replace(self._known(), phase="cooling", place=None, eta_s=left_s))

    def show_poster(self, poster: Path) -> None:
        """Show what the clip will look like."""
        self._change(replace(self._known(), poster=Upload(poster, f"poster{poster.suffix}", "Poster of the clip")))

    def wait(self, place: int, eta_s: float | None) -> None:
        """Show the place in line, once it is known that the order waits there."""
        if self._state is not None and self._state.phase == "queued":
            self._change(replace(self._state, place=place, eta_s=eta_s))

    def cancelling(self) -> None:
        """Show that Cancel was pressed, unless the end stands there already."""
        if self._known().phase not in ENDED:
            self._change(replace(self._known(), is_cancelling=True))

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Show the result, or hand it over where the card cannot be painted any more."""
        working = self._known()
        self._fallback = card_face(replace(working, phase="fitting", media=(), poster=None))
        self.surface.was_too_large = False
        if sum(file.size_bytes for file in delivery.fitted.files) > UPLOAD_SEEN_BYTES and not self._is_detached:
            await self._live.finish()  # a card cannot be painted while its files are sent
        self._change(delivered_state(working, self.order, delivery))
        if self._is_detached:
            return Delivered("waiting")
        await self._finish()
        if self.surface.was_too_large:
            self._change(working)
            return Delivered("too_large")
        if not self._live.is_over:
            return Delivered("card")
        reason = self._live.lost.reason if self._live.lost is not None else "unreachable"
        return await hand_over(self._bot, self.order, delivery, reason)

    async def close(self, ended: Ended, *, is_kept: bool) -> None:
        """Show how the order ended without a result."""
        took_s = 0.0 if ended.state == "interrupted" else self._elapsed_s()
        self._change(replace(ended_state(self._known(), ended, is_kept=is_kept), elapsed_s=took_s))
        if not self._is_detached:
            await self._finish()

    # its life

    def open(self) -> None:
        """Begin to keep it up to date."""
        self._task = asyncio.create_task(self._keep())

    async def shut(self) -> None:
        """End the keeping; what was said last stands there."""
        self._over.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def pause(self, sentence: str) -> None:
        """Say why it stands still, as long as that takes a moment only."""
        if self._state is not None and not self._is_detached:
            self._change(replace(self._state, sentence=sentence))
            await self._live.finish()

    def move(self, order: Order) -> None:
        """Go on where the order says now."""
        self.order = order
        self.surface.move(order)
        self._is_detached = False
        self._live.repaint()
        self._moved.set()

    async def _keep(self) -> None:
        try:
            async with self._live.painting(), asyncio.TaskGroup() as group:
                group.create_task(self._follow_line())
                if self.order.is_private or self.order.is_guest:
                    group.create_task(self._part_in_time())
                await self._over.wait()
        except Exception as failed:  # the outermost handler of a card: the order goes on without it
            log.warning("a card is no longer painted order=%s error=%s", self.order.id, type(failed).__name__)

    async def _follow_line(self) -> None:
        """Show the place in line until it is this order's turn."""
        service = self._bot.services.orders
        while self._state is None or self._state.phase == "queued":
            try:
                self._expected_s = self._expected_s or await service.usual_s(self.order.model)
                standing = await service.standing(self.order)
            except StoreError:
                standing = None
            if standing is not None:
                self.wait(standing.place, standing.eta_s)
            await asyncio.sleep(LOOK_S)

    async def _part_in_time(self) -> None:
        """Say how to see the rest, each time before the token dies by which alone this card can be painted."""
        while not self._live.is_over:
            if not self._is_detached:
                await asyncio.sleep(max(0.0, self.surface.token_lasts_s - FAREWELL_S))
                if self._known().phase in ENDED or not await self._is_parted():
                    return
            await self._moved.wait()
            self._moved.clear()

    async def _is_parted(self) -> bool:
        """Leave a message with a Show button; False where that cannot be: the result is handed over then."""
        parted = replace(self._known(), phase="continued", media=(), poster=None)
        try:
            await self.surface.webhook().send(**send_options(card_face(parted)), ephemeral=self.order.is_private)
        except DISCORD_FAILURES as failed:
            log.warning("a card could not be continued order=%s error=%s", self.order.id, type(failed).__name__)
            return False
        self._is_detached = True
        with suppress(StoreError):  # a process after this one would hand the result over
            await self._bot.services.orders.detach(self.order)
        with suppress(*DISCORD_FAILURES, SurfaceLostError):  # it may look outdated
            await self.surface.show(0, card_face(replace(parted, key="", sentence=sentences.CONTINUED_BELOW)))
        return True

    async def _finish(self) -> None:
        """Return when the newest stands there, or the card is lost. What must not act just now waits until it may."""
        while True:
            self._is_held_back = False
            await self._live.finish()
            if not self._is_held_back or self._live.is_over:
                return
            await asyncio.sleep(HELD_BACK_S)

    def _known(self) -> CardState:
        return self._state or first_state(self.order)

    def _change(self, state: CardState) -> None:
        self._state = state
        self._live.touch()

    def _faces(self) -> Sequence[Face]:
        """Return the card as it should look now; as it looked before, while another process may be painting it."""
        gate = self._bot.share.gate
        if gate is None or gate.is_open:
            self._shown = self._current_faces()
        else:
            self._is_held_back = True
        return self._shown

    def _current_faces(self) -> Sequence[Face]:
        if self._state is None or self._is_detached:
            return ()
        state = self._state
        if state.phase in ("generating", "upscaling", "fetching", "fitting", "uploading"):
            state = replace(
                state,
                percent=self._progress.percent if state.phase in ("generating", "upscaling", "fitting") else None,
                eta_s=self._progress.eta_s if state.phase in ("generating", "fitting") else None,
                elapsed_s=self._elapsed_s(),
            )
        return (card_face(state, fallback=self._fallback if state.phase == "done" else None),)

    def _elapsed_s(self) -> float:
        until = self.order.ended_at or self._now()
        return max(0.0, (until - self.order.created_at).total_seconds())
