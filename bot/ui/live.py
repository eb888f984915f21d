"""Keep messages up to date while their text is still being made: the heart of the feel.

Whoever makes the text only says that it changed (`touch`); one painting task shows the newest of it, when Discord
allows. So a slow edit never slows the maker, at most one edit is in flight, and stale text is never sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import discord

from bot.ui.face import Face, TextUpload
from bot.ui.failures import DISCORD_FAILURES
from bot.ui.pacer import Pacer, Urgency
from bot.ui.surface import Surface, SurfaceLostError, is_too_large

PAINT_TIMEOUT_S = 120.0  # one request, discord.py's own retries and an upload included
MOST_FAILURES = 6  # in a row, before the message counts as unreachable
FAREWELL_S = 4.0  # how long a last text is still painted after its maker was cancelled

log = logging.getLogger(__name__)


class LiveMessage:
    """One thing people watch (an answer, a card), on as many Discord messages as it needs.

    faces: returns what should be seen now, a face per message; called only when there is leave to paint.
    tick_s: also look at the faces this often, for those that show the time.
    sleep: waits between attempts after a failure of Discord's.
    """

    def __init__(
        self,
        surface: Surface,
        pacer: Pacer,
        faces: Callable[[], Sequence[Face]],
        *,
        tick_s: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._surface = surface
        self._pacer = pacer
        self._faces = faces
        self._tick_s = tick_s
        self._sleep = sleep
        self._ticket = pacer.ticket()
        self._shown: list[Face] = []
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._is_finishing = False
        self._is_hurried = False
        self._is_over = False
        self._lost: SurfaceLostError | None = None

    def touch(self) -> None:
        """Say that the newest faces may differ from what is shown. Costs next to nothing: call it for every token."""
        self._changed.set()

    def repaint(self) -> None:
        """Show the newest faces even where they look like those shown: what was painted stands somewhere else."""
        self._shown.clear()
        self._changed.set()

    def hurry(self) -> None:
        """Show the newest faces at once: the text is complete, though what stands under it is not known yet."""
        self._is_hurried = True
        self._changed.set()
        self._ticket.hurry(Urgency.LAST)

    async def finish(self) -> None:
        """Show the last faces at once and return when they stand in the channel, or when the message is lost.

        A cancellation meanwhile takes effect when they stand there, at most `FAREWELL_S` later: nothing is lost.
        """
        self._is_finishing = True
        if self._is_over:  # lost, or the painting failed: nobody would ever answer
            return
        self._settled.clear()
        self._changed.set()
        self._ticket.hurry(Urgency.LAST)
        try:
            await self._settled.wait()
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._settled.wait()
            raise

    @property
    def lost(self) -> SurfaceLostError | None:
        """Why the message can no longer be painted; None while it can."""
        return self._lost

    @property
    def is_over(self) -> bool:
        """Whether nothing is painted any more: the message is lost, or the painting failed or was ended."""
        return self._is_over

    @property
    def has_shown(self) -> bool:
        """Whether anything was painted yet."""
        return bool(self._shown)

    @property
    def message_ids(self) -> tuple[int, ...]:
        """Ids of the messages shown so far."""
        return self._surface.message_ids()

    @asynccontextmanager
    async def painting(self) -> AsyncIterator[None]:
        """Run the painting task around the making. A lost message ends the painting, not the making: see `lost`.

        An error of either ends both and is raised as it is, its cause included.
        """
        try:
            async with asyncio.TaskGroup() as group:
                painter = group.create_task(self._paint_until_lost())
                yield
                painter.cancel()
        except BaseExceptionGroup as failed:
            error = first_error(failed)
        else:
            return
        raise error

    async def _paint_until_lost(self) -> None:
        try:
            await self._paint()
        except SurfaceLostError as lost:
            self._lost = lost
        finally:
            self._is_over = True
            self._settled.set()

    async def _paint(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._tick_s):
                    await self._changed.wait()
            self._changed.clear()
            while (index := self._stale_index()) is not None:
                await self._paint_one(index)
            while (standing := self._standing()) and len(self._faces()) < standing:
                await self._remove(standing - 1)
            if not self._changed.is_set():
                self._is_hurried = False
                if self._is_finishing:
                    self._settled.set()

    def _stale_index(self) -> int | None:
        """Return the first message whose newest face is not the one shown."""
        for index, face in enumerate(self._faces()):
            if index >= len(self._shown) or self._shown[index] != face:
                return index
        return None

    async def _paint_one(self, index: int) -> None:
        """Wait for leave, then paint what is newest by then; failures of Discord's are tried again."""
        for attempt in range(MOST_FAILURES):
            if attempt:
                await self._sleep(min(2.0 ** (attempt - 1), 10.0))
            place = await self._ticket.wait(self._surface.route(index), self._urgency(index))
            with self._pacer.sending(place):
                faces = self._faces()
                if index >= len(faces):
                    return
                if await self._is_painted(index, faces[index]):
                    self._shown[index : index + 1] = [faces[index]]
                    return
        raise SurfaceLostError("unreachable")

    def _standing(self) -> int:
        """Return how many messages there are where some may be too many, 0 where that cannot be.

        An answer that has nothing to show yet keeps the messages in which an earlier one stands.
        """
        standing = self._surface.count() if self._shown else 0
        return standing if standing > 1 else 0

    async def _remove(self, index: int) -> None:
        """Delete the last message: what is to be seen is shorter than what stood there."""
        place = await self._ticket.wait(self._surface.route(index), self._urgency(index))
        with self._pacer.sending(place):
            try:
                async with asyncio.timeout(PAINT_TIMEOUT_S):
                    await self._surface.remove(index)
            except (*DISCORD_FAILURES, SurfaceLostError) as failed:
                log.warning("a message too many could not be deleted error=%s", type(failed).__name__)
        del self._shown[index:]

    async def _is_painted(self, index: int, face: Face) -> bool:
        """Send one request; False when it failed and may be tried again."""
        try:
            async with asyncio.timeout(PAINT_TIMEOUT_S):
                await self._show(index, face)
        except DISCORD_FAILURES as failed:
            log.warning("painting failed error=%s code=%s", type(failed).__name__, getattr(failed, "code", ""))
            if not _may_pass(failed):
                raise SurfaceLostError("unreachable") from failed
            return False
        return True

    async def _show(self, index: int, face: Face) -> None:
        try:
            await self._surface.show(index, face)
        except (discord.HTTPException, SurfaceLostError) as refused:
            if face.fallback is None or not _can_do_without(face, refused):
                raise
            await self._surface.show(index, face.fallback)

    def _urgency(self, index: int) -> Urgency:
        if self._is_finishing or self._is_hurried:
            return Urgency.LAST
        if not self._shown:
            return Urgency.FIRST
        return Urgency.PAGE if index >= len(self._shown) else Urgency.NEXT


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error inside groups of one, as a task group makes them."""
    error = group.exceptions[0]
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error


def _may_pass(failed: Exception) -> bool:
    """Whether trying again may help: a connection that broke, a 5xx, a 429 that somebody else's requests caused.

    What else Discord refuses, such as a thread that was archived meanwhile, stays refused.
    """
    return not isinstance(failed, discord.HTTPException) or failed.status >= 500 or failed.status == 429


def _can_do_without(face: Face, refused: Exception) -> bool:
    """Whether a face was refused for its files: too large, or copies of its text where files may not be attached."""
    if isinstance(refused, discord.HTTPException):
        return is_too_large(refused)
    is_forbidden = isinstance(refused, SurfaceLostError) and refused.reason == "forbidden"
    return is_forbidden and all(isinstance(upload, TextUpload) for upload in face.uploads)
