from __future__ import annotations

import asyncio

import pytest

from bot.background import AGAIN_AFTER_S, Background


async def test_a_chore_that_fails_is_begun_again_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    begun: list[int] = []
    slept: list[float] = []
    done = asyncio.Event()

    async def chore() -> None:
        begun.append(len(begun))
        if len(begun) == 1:
            raise ValueError("a secret")
        done.set()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    background = Background([chore], sleep=sleep)
    background.start()
    await asyncio.wait_for(done.wait(), 5)
    await background.stop()
    assert (begun, slept) == ([0, 1], [AGAIN_AFTER_S])
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


async def test_stopping_ends_a_chore_that_never_ends_by_itself() -> None:
    ended = asyncio.Event()

    async def chore() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    background = Background([chore])
    background.start()
    await asyncio.sleep(0)
    await asyncio.wait_for(background.stop(), 5)
    assert ended.is_set()


async def test_one_chore_does_not_disturb_the_other() -> None:
    done = asyncio.Event()

    async def broken() -> None:
        raise ValueError

    async def fine() -> None:
        done.set()

    background = Background([broken, fine])
    background.start()
    await asyncio.wait_for(done.wait(), 5)
    await background.stop()
