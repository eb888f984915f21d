"""A surface whose every request ends when the test says so, and a live message on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from unittest.mock import Mock

import discord

from bot.ui.face import Face
from bot.ui.ledger import RateLedger, Route, route_of
from bot.ui.live import LiveMessage
from bot.ui.pacer import Pacer

DEADLINE_S = 5.0


class OpenLedger(RateLedger):
    """Lets everything leave at once: what is tested here is not the limits."""

    def ready_at(self, route: Route, *, may_spend_spare: bool, is_paced: bool) -> float:
        return 0.0

    def globally_ready_at(self, *, is_urgent: bool) -> float:
        return 0.0


@dataclass
class GatedSurface:
    """Notes what is shown. gate: closed, it keeps requests in flight; failures: raised by the next ones, in turn."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[BaseException] = field(default_factory=list)
    asked: list[tuple[int, Face]] = field(default_factory=list)
    standing: dict[int, Face] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    def route(self, index: int) -> Route:
        return route_of("PATCH", f"/channels/1/messages/{index}")

    async def show(self, index: int, face: Face) -> None:
        self.asked.append((index, face))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.gate.wait()
            if self.failures:
                raise self.failures.pop(0)
            self.standing[index] = face
        finally:
            self.in_flight -= 1

    async def remove(self, index: int) -> None:
        self.removed.append(index)
        del self.standing[index]

    def message_ids(self) -> tuple[int, ...]:
        return tuple(self.standing)

    def count(self) -> int:
        return len(self.standing)


@dataclass
class Stage:
    """A live message, what it should show, and how long it was told to wait between attempts."""

    surface: GatedSurface
    faces: list[Face] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def live(self, *, tick_s: float | None = None) -> LiveMessage:
        pacer = Pacer(OpenLedger(time.monotonic), time.monotonic)
        return LiveMessage(self.surface, pacer, self.now, tick_s=tick_s, sleep=self.wait)

    def now(self) -> list[Face]:
        return list(self.faces)

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def open_stage() -> Stage:
    """Return a stage whose gate is open."""
    surface = GatedSurface()
    surface.gate.set()
    return Stage(surface)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0)


async def soon(waiting: Awaitable[None]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await waiting


async def never() -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def first_edit_in_flight(stage: Stage, live: LiveMessage) -> AsyncIterator[None]:
    """Paint with the first text on the wire and the gate closed."""
    stage.surface.gate.clear()
    stage.faces = [Face("one")]
    async with live.painting():
        live.touch()
        await until(lambda: stage.surface.in_flight == 1)
        yield


def refusal(status: int, code: int = 0) -> discord.HTTPException:
    kind = discord.DiscordServerError if status >= 500 else discord.HTTPException
    return kind(Mock(status=status, reason="made up"), {"code": code, "message": "made up"})
