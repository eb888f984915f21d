"""A live message against a surface whose every request ends when the test says so."""

from __future__ import annotations

import asyncio

import discord
import pytest

from bot.ui.face import Face
from bot.ui.live import MOST_FAILURES
from bot.ui.surface import SurfaceLostError
from tests.ui.live_stage import Stage, first_edit_in_flight, never, open_stage, refusal, soon, until


@pytest.fixture
async def stage() -> Stage:
    return open_stage()


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
