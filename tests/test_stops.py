from __future__ import annotations

import asyncio

import pytest

from bot.errors import InputError
from bot.stops import Stops


async def test_a_stop_ends_the_task_that_writes() -> None:
    stops = Stops()
    begun = asyncio.Event()

    async def write() -> str:
        with stops.writing("7") as stop:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                assert stop.is_pressed
        return "ended"

    writing = asyncio.create_task(write())
    await begun.wait()
    with pytest.raises(InputError, match="still_writing"), stops.claiming("7"):
        pass
    assert stops.press("7")
    assert stops.press("7"), "pressing twice is harmless"
    assert await asyncio.wait_for(writing, 5) == "ended"
    assert not stops.press("7")


async def test_an_answer_that_nobody_writes_cannot_be_stopped() -> None:
    assert not Stops().press("7")


async def test_an_answer_is_no_longer_being_written_when_writing_fails() -> None:
    stops = Stops()
    with pytest.raises(ValueError, match="broken"), stops.writing("7"):
        raise ValueError("broken")
    assert not stops.press("7")


async def test_a_press_right_after_the_last_word_waits_until_the_answer_is_at_rest() -> None:
    stops = Stops()
    noted = asyncio.Event()

    async def note() -> None:
        with stops.claiming("7"):
            await noted.wait()

    noting = asyncio.create_task(note())
    await asyncio.sleep(0)
    resting = asyncio.create_task(stops.at_rest("7"))
    await asyncio.sleep(0)
    assert not resting.done()
    noted.set()
    await asyncio.wait_for(resting, 5)
    await noting
    with stops.claiming("7"):
        pass


async def test_a_press_while_an_answer_is_written_does_not_wait() -> None:
    stops = Stops()
    with stops.claiming("7"), stops.writing("7"):
        await asyncio.wait_for(stops.at_rest("7"), 0.5)


def test_an_answer_is_changed_by_one_at_a_time() -> None:
    stops = Stops()
    with stops.claiming("7"):
        with pytest.raises(InputError, match="still_writing"), stops.claiming("7"):
            pass
        with stops.claiming("8"):
            pass
    with stops.claiming("7"):
        pass
