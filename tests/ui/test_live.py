"""A live message against a surface whose every request ends when the test says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from unittest.mock import Mock

import discord
import pytest

from bot.ui.face import Face
from bot.ui.ledger import RateLedger, Route, route_of
from bot.ui.live import MOST_FAILURES, LiveMessage
from bot.ui.pacer import Pacer
from bot.ui.surface import SurfaceLostError

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

    def message_ids(self) -> tuple[int, ...]:
        return tuple(self.standing)


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


@pytest.fixture
async def stage() -> Stage:
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


async def test_the_first_text_is_shown_at_once(stage: Stage) -> None:
    live = stage.live()
    async with live.painting():
        assert not live.has_shown
        stage.faces = [Face("one")]
        live.touch()
        await until(lambda: live.has_shown)

    assert stage.surface.asked == [(0, Face("one"))]
    assert live.message_ids == (0,)


async def test_while_an_edit_is_in_flight_only_the_newest_text_waits(stage: Stage) -> None:
    live = stage.live()
    async with first_edit_in_flight(stage, live):
        for number in range(50):
            stage.faces = [Face(f"text {number}")]
            live.touch()
            await asyncio.sleep(0)
        assert stage.surface.asked == [(0, Face("one"))]
        stage.surface.gate.set()
        await soon(live.finish())

    assert stage.surface.asked == [(0, Face("one")), (0, Face("text 49"))]
    assert stage.surface.most_in_flight == 1


async def test_a_text_that_did_not_change_is_not_sent_again(stage: Stage) -> None:
    live = stage.live()
    stage.faces = [Face("one")]
    async with live.painting():
        for _ in range(3):
            live.touch()
            await soon(live.finish())

    assert stage.surface.asked == [(0, Face("one"))]


async def test_finish_returns_only_when_the_last_text_of_every_message_stands(stage: Stage) -> None:
    live = stage.live()
    async with first_edit_in_flight(stage, live):
        stage.faces = [Face("one, full"), Face("two"), Face("three")]
        finishing = asyncio.create_task(live.finish())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not finishing.done()
        stage.surface.gate.set()
        await soon(finishing)
        assert [stage.surface.standing[index] for index in range(3)] == stage.faces


async def test_finish_without_anything_to_show_returns(stage: Stage) -> None:
    live = stage.live()
    async with live.painting():
        await soon(live.finish())

    assert stage.surface.asked == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_message_ends_painting_but_not_the_making(stage: Stage, when: str) -> None:
    live = stage.live()
    made = []
    async with first_edit_in_flight(stage, live):
        stage.surface.failures = [SurfaceLostError("deleted")]
        finishing = asyncio.create_task(live.finish()) if when == "before" else None
        stage.surface.gate.set()
        await until(lambda: live.lost is not None)
        made.append("more text")
        live.touch()
        await soon(finishing or live.finish())

    assert live.lost is not None
    assert live.lost.reason == "deleted"
    assert made
    assert len(stage.surface.asked) == 1


async def test_failures_of_discord_are_tried_again_with_the_newest_text(stage: Stage) -> None:
    live = stage.live()
    async with first_edit_in_flight(stage, live):
        stage.surface.failures = [refusal(503), OSError("reset"), refusal(500)]
        stage.faces = [Face("newest")]
        stage.surface.gate.set()
        await soon(live.finish())

    assert [face.content for _, face in stage.surface.asked] == ["one", "newest", "newest", "newest"]
    assert stage.waits == [1.0, 2.0, 4.0]
    assert live.lost is None


async def test_a_message_that_never_gets_through_counts_as_unreachable(stage: Stage) -> None:
    live = stage.live()
    stage.faces = [Face("one")]
    stage.surface.failures = [refusal(502) for _ in range(MOST_FAILURES)]
    async with live.painting():
        await soon(live.finish())

    assert live.lost is not None
    assert live.lost.reason == "unreachable"
    assert len(stage.surface.asked) == MOST_FAILURES


@pytest.mark.parametrize("refused", [refusal(413), refusal(400, code=40005)])
async def test_files_that_are_too_large_give_way_to_the_fallback(stage: Stage, refused: discord.HTTPException) -> None:
    live = stage.live()
    stage.faces = [Face("with files", fallback=Face("with a link"))]
    stage.surface.failures = [refused]
    async with live.painting():
        await soon(live.finish())

    assert stage.surface.standing == {0: Face("with a link")}
    assert len(stage.surface.asked) == 2


async def test_a_refusal_of_another_kind_is_raised_as_it_is(stage: Stage) -> None:
    live = stage.live()
    stage.faces = [Face("with files", fallback=Face("with a link"))]
    stage.surface.failures = [refusal(400, code=50035)]

    with pytest.raises(discord.HTTPException, match="made up"):
        async with live.painting():
            await soon(live.finish())

    assert len(stage.surface.asked) == 1


async def test_an_error_of_the_painter_reaches_the_maker_unwrapped(stage: Stage) -> None:
    live = stage.live()
    stage.faces = [Face("one")]
    stage.surface.failures = [ZeroDivisionError("a bug")]

    async def make_without_end() -> None:
        async with live.painting():
            live.touch()
            await soon(never())

    with pytest.raises(ZeroDivisionError, match="a bug"):
        await make_without_end()


async def test_an_error_of_the_maker_ends_the_painting_and_stays_itself(stage: Stage) -> None:
    live = stage.live()

    with pytest.raises(KeyError, match="making"):
        async with first_edit_in_flight(stage, live):
            raise KeyError("making")

    assert stage.surface.in_flight == 0


async def test_with_a_tick_faces_that_show_the_time_are_looked_at_again(stage: Stage) -> None:
    live = stage.live(tick_s=0.001)
    async with live.painting():
        stage.faces = [Face("1 s")]
        await until(lambda: stage.surface.standing == {0: Face("1 s")})
        stage.faces = [Face("2 s")]
        await until(lambda: stage.surface.standing == {0: Face("2 s")})
