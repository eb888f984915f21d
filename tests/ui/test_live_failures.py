"""What becomes of a live message when Discord refuses, the maker fails, or the program ends. Time is virtual."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from bot.ui.face import Face
from bot.ui.live import FAREWELL_S
from bot.ui.surface import SurfaceLostError
from tests.ui.live_stage import Stage, first_edit_in_flight, never, open_stage, refusal, soon, until
from tests.ui.virtual_time import now, run


@pytest.fixture
async def stage() -> Stage:
    return open_stage()


@pytest.mark.parametrize("code", [50035, 50083, 30046])
async def test_what_discord_refuses_for_good_loses_the_message_and_not_the_answer(stage: Stage, code: int) -> None:
    live = stage.live()
    stage.surface.failures = [refusal(400, code)]
    made = []
    async with live.painting():
        stage.faces = [Face("one", fallback=Face("smaller"))]
        live.touch()
        await until(lambda: live.lost is not None)
        made.append("the rest")
        await soon(live.finish())

    assert made
    assert live.lost is not None
    assert live.lost.reason == "unreachable"
    assert len(stage.surface.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [refusal(429), aiohttp.ServerDisconnectedError(), OSError(), json.JSONDecodeError("Expecting value", "", 0)],
    ids=["a 429", "a broken connection", "no connection", "an empty body called JSON"],
)
async def test_what_may_pass_is_tried_again(stage: Stage, failure: Exception) -> None:
    live = stage.live()
    stage.surface.failures = [failure]
    stage.faces = [Face("one")]
    async with live.painting():
        await soon(live.finish())

    assert live.lost is None
    assert stage.surface.standing == {0: Face("one")}


async def test_faces_that_became_fewer_while_waiting_are_not_painted(stage: Stage) -> None:
    live = stage.live()
    async with first_edit_in_flight(stage, live):
        stage.surface.failures = [refusal(503)]
        stage.faces = []
        stage.surface.gate.set()
        await soon(live.finish())

    assert len(stage.surface.asked) == 1
    assert live.lost is None


async def test_an_error_inside_groups_is_raised_alone_with_its_cause(stage: Stage) -> None:
    async def fail_with_a_cause() -> None:
        raise KeyError("effect") from ZeroDivisionError("cause")

    async def make() -> None:
        async with stage.live().painting(), asyncio.TaskGroup() as group:
            group.create_task(fail_with_a_cause())
            await never()

    with pytest.raises(KeyError) as raised:
        await make()

    assert isinstance(raised.value.__cause__, ZeroDivisionError)


async def test_finish_after_a_bug_in_the_painter_does_not_hang(stage: Stage) -> None:
    live = stage.live()
    stage.surface.failures = [ZeroDivisionError("a bug")]
    stage.faces = [Face("one")]

    async def make() -> None:
        async with live.painting():
            live.touch()
            try:
                await never()
            except asyncio.CancelledError:
                await soon(live.finish())  # as an answer does that says that it was interrupted
                raise

    with pytest.raises(ZeroDivisionError):
        await soon(make())


async def test_an_answer_cancelled_while_it_ends_still_shows_its_last_text(stage: Stage) -> None:
    live = stage.live()

    async def make() -> None:
        async with first_edit_in_flight(stage, live):
            stage.faces = [Face("one, complete")]
            await live.finish()

    making = asyncio.create_task(make())
    await until(lambda: stage.surface.in_flight == 1)
    await asyncio.sleep(0)
    making.cancel()
    await asyncio.sleep(0)
    stage.surface.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert stage.surface.standing == {0: Face("one, complete")}


def test_an_answer_cancelled_while_discord_hangs_ends_within_the_farewell() -> None:
    async def cancel_while_hanging() -> float:
        stage = open_stage()
        live = stage.live()

        async def make() -> None:
            async with first_edit_in_flight(stage, live):
                await live.finish()

        making = asyncio.create_task(make())
        await until(lambda: stage.surface.in_flight == 1)
        began = now()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        return now() - began

    assert run(cancel_while_hanging()) <= FAREWELL_S


def test_a_request_that_never_ends_is_given_up_and_the_message_counts_as_unreachable() -> None:
    async def paint_into_the_void() -> SurfaceLostError | None:
        stage = open_stage()
        stage.surface.gate.clear()
        stage.faces = [Face("one")]
        live = stage.live()
        async with live.painting():
            await live.finish()
        return live.lost

    lost = run(paint_into_the_void())
    assert lost is not None
    assert lost.reason == "unreachable"
