"""Waits for a slot, keeps it while the bot serves with it, and notices when it is lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from bot.errors import SlotLostError, StoreError
from bot.gate import Gate

LOOK_EVERY_S = 0.5
BEAT_EVERY_S = 1.0
RETAKE_EVERY_S = 0.25  # a former holder must be back before a standby's patience ends
TICK_S = 0.5
PAUSE_S = 3.0  # longer than the event loop ever rests, shorter than it takes others to count this process as stopped

log = logging.getLogger(__name__)


class Claimed(Protocol):
    """A slot that was claimed from the database."""

    @property
    def number(self) -> int:
        """Return which one it is."""
        ...

    @property
    def epoch(self) -> int:
        """Return what tells this claim from every other claim of the slot."""
        ...

    async def beat(self) -> bool:
        """Show that we live; False: it is somebody else's. Raises StoreError when the database is away."""
        ...

    async def retake(self) -> bool:
        """Take it again over a new connection; False: it is somebody else's. Raises StoreError likewise."""
        ...

    async def agree_on_shards(self, shard_count: int) -> int:
        """Return how many shards all processes count."""
        ...

    async def release(self) -> None:
        """Give it back."""
        ...


class Claims(Protocol):
    """Where slots are claimed."""

    async def claim(self, slot_count: int) -> Claimed | None:
        """Take a slot that is free, if there is one. Raises StoreError when the database is away."""
        ...

    async def close(self) -> None:
        """End the waiting."""
        ...


class Tenure:
    """The time during which a slot is ours. lost: set when it is somebody else's.

    gate: what Discord's events must pass, so that a process that was stopped first finds out where it stands.
    """

    def __init__(self, claimed: Claimed, clock: Callable[[], float] = time.monotonic) -> None:
        self.number = claimed.number
        self.epoch = claimed.epoch
        self.lost = asyncio.Event()
        self.gate = Gate(self._is_awake)
        self._claimed = claimed
        self._clock = clock
        self._ticked_s = clock()
        self._must_ask = asyncio.Event()
        self._is_broken = False
        self._tasks: list[asyncio.Task[None]] = []

    async def agree_on_shards(self, shard_count: int) -> int:
        """Return how many shards all processes of this bot count, by what the others do or else as proposed."""
        return await self._claimed.agree_on_shards(shard_count)

    def start(self) -> None:
        """Begin to keep the slot."""
        self._tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._keep())]

    async def release(self) -> None:
        """Give the slot back now, so that a standby may go on; from here on the bot only says goodbye.

        Releasing twice is harmless.
        """
        if self._tasks:
            self.gate.linger()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks = []
            await self._claimed.release()
            if self.epoch and not self.lost.is_set():
                log.info("slot %d is given back", self.number)

    async def _tick(self) -> None:
        """Notice pauses."""
        while True:
            if not self._is_awake():
                self.gate.hold()
            self._ticked_s = self._clock()
            await asyncio.sleep(TICK_S)

    async def _keep(self) -> None:
        """Show that we live, and take the slot again after the database was away; return when it is lost."""
        while True:
            self._must_ask.clear()
            began_s = self._clock()
            try:
                is_ours: bool | None = await (self._claimed.retake() if self._is_broken else self._claimed.beat())
            except StoreError:
                is_ours = None
            if is_ours is False:
                break
            was_broken = self._is_broken
            self._note_broken(is_ours is None)
            if is_ours is None and not was_broken:
                continue  # a connection that broke does not say why: the slot may have been taken from us
            if self._clock() - began_s < PAUSE_S:  # else what was found may be from before a pause
                # While the database is away, perhaps for everybody, what needs none of it goes on.
                self.gate.open()
                await self._rest(RETAKE_EVERY_S if self._is_broken else BEAT_EVERY_S)
        log.warning("slot %d belongs to another process now", self.number)
        self.gate.shut()
        self.lost.set()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._must_ask.wait()

    def _note_broken(self, is_broken: bool) -> None:
        if is_broken and not self._is_broken:
            log.warning("the connection that holds slot %d broke, taking it again", self.number)
        elif self._is_broken and not is_broken:
            log.info("slot %d is held again", self.number)
        self._is_broken = is_broken

    def _is_awake(self) -> bool:
        is_awake = self._clock() - self._ticked_s < PAUSE_S
        if not is_awake:
            self._must_ask.set()
        return is_awake


class SlotKeeper:
    """Takes part in sharing out the slots among processes."""

    def __init__(self, claims: Claims, slot_count: int) -> None:
        self._claims = claims
        self._slot_count = slot_count

    async def stand_by(self) -> Claimed:
        """Wait until a slot is ours. Raises SettingError when this process cannot take part."""
        told = ""
        while True:
            try:
                claimed = await self._claims.claim(self._slot_count)
            except StoreError:
                claimed, reason = None, "the database is away"
            else:
                reason = "the slot is taken" if self._slot_count == 1 else f"all {self._slot_count} slots are taken"
            if claimed is not None:
                return claimed
            if reason != told:
                log.info("standing by: %s", reason)
                told = reason
            await asyncio.sleep(LOOK_EVERY_S)

    @asynccontextmanager
    async def holding(self, claimed: Claimed) -> AsyncIterator[Tenure]:
        """Keep a slot meanwhile, and give it back in the end."""
        tenure = Tenure(claimed)
        tenure.start()
        try:
            yield tenure
        finally:
            await tenure.release()

    async def serve(self, serve: Callable[[Tenure], Awaitable[None]], stopping: asyncio.Event) -> None:
        """Stand by, and serve with a slot; stand by again when that ends because the slot was lost.

        Returns when `serve` does otherwise, or when `stopping` is set while no slot is ours.
        """
        try:
            while (claimed := await self._claimed_before(stopping)) is not None:
                async with self.holding(claimed) as tenure:
                    with suppress(SlotLostError):
                        await serve(tenure)
                        if not tenure.lost.is_set():
                            return
        finally:
            await self._claims.close()

    async def _claimed_before(self, stopping: asyncio.Event) -> Claimed | None:
        claiming, stop = asyncio.create_task(self.stand_by()), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({claiming, stop}, return_when=asyncio.FIRST_COMPLETED)
            return claiming.result() if claiming.done() else None
        finally:
            claiming.cancel()
            stop.cancel()
            await asyncio.gather(claiming, stop, return_exceptions=True)
