"""Work on an order is cut off when somebody cancels it, and closed before anything else is done."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.cancelling import Cancellations, Cancelled


class Slow:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.has_begun = asyncio.Event()
        self.is_closed = False

    async def __call__(self) -> str:
        """Do it."""
        self.has_begun.set()
        try:
            await self.may_end.wait()
            return "done"
        finally:
            await asyncio.sleep(0)  # connections take a moment to close
            self.is_closed = True


async def test_work_that_nobody_cancels_is_done() -> None:
    slow, cancellations = Slow(), Cancellations()
    slow.may_end.set()
    assert await cancellations.unless_pressed(7, slow) == "done"


async def test_work_is_cut_off_and_closed_when_somebody_cancels() -> None:
    slow, cancellations = Slow(), Cancellations()
    with cancellations.entered(7):
        working = asyncio.create_task(cancellations.unless_pressed(7, slow))
        await slow.has_begun.wait()
        assert cancellations.press(7)
        with pytest.raises(Cancelled):
            await working
    assert slow.is_closed


async def test_work_that_ended_in_the_same_moment_counts() -> None:
    cancellations = Cancellations()

    async def work() -> str:
        cancellations.press(7)
        return "done"

    assert await cancellations.unless_pressed(7, work) == "done"


async def test_work_that_begins_after_the_press_is_cut_off() -> None:
    slow, cancellations = Slow(), Cancellations()
    with cancellations.entered(7):
        cancellations.press(7)
        assert cancellations.is_pressed(7)
        with pytest.raises(Cancelled):
            await cancellations.unless_pressed(7, slow)


async def test_nobody_cancels_what_is_not_done_here() -> None:
    cancellations = Cancellations()
    assert not cancellations.press(7)
    with cancellations.entered(7):
        assert cancellations.press(7)
    assert not cancellations.press(7)
    assert not cancellations.is_pressed(7)


async def test_another_order_goes_on() -> None:
    slow, cancellations = Slow(), Cancellations()
    with cancellations.entered(8):
        working = asyncio.create_task(cancellations.unless_pressed(7, slow))
        await slow.has_begun.wait()
        cancellations.press(8)
        slow.may_end.set()
        assert await working == "done"


async def test_errors_of_the_work_pass_through() -> None:
    async def work() -> str:
        raise KeyError(7)

    with pytest.raises(KeyError):
        await Cancellations().unless_pressed(7, work)


async def test_whoever_is_cut_off_closes_the_work_first() -> None:
    slow = Slow()
    working = asyncio.create_task(Cancellations().unless_pressed(7, slow))
    await slow.has_begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert slow.is_closed
