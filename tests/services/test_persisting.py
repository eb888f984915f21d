"""What has to be done to the memory is done when it is back, and only the newest of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import InputError, StoreError
from bot.services.persisting import AGAIN_AFTER_S, GIVE_UP_AFTER_S, Persisting


class Nap:
    """A sleep that ends when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._over.wait()

    def end(self) -> None:
        self._over.set()


class Store:
    """Fails until it is mended."""

    def __init__(self) -> None:
        self.is_away = True
        self.done: list[str] = []

    async def do(self, what: str) -> None:
        if self.is_away:
            raise StoreError("away")
        self.done.append(what)


async def test_it_is_done_when_the_store_is_back() -> None:
    nap, store = Nap(), Store()
    task = asyncio.create_task(Persisting(sleep=nap).on(7, lambda: store.do("edit")))
    while not nap.asked:
        await asyncio.sleep(0)
    store.is_away = False
    nap.end()
    await task
    assert (store.done, nap.asked) == (["edit"], [AGAIN_AFTER_S])


async def test_an_older_edit_does_not_undo_a_newer_one() -> None:
    nap, store = Nap(), Store()
    persisting = Persisting(sleep=nap)
    older = asyncio.create_task(persisting.on(7, lambda: store.do("older")))
    while not nap.asked:
        await asyncio.sleep(0)
    store.is_away = False
    await persisting.on(8, lambda: store.do("another message"))
    await persisting.on(7, lambda: store.do("newer"))
    nap.end()
    await older
    assert store.done == ["another message", "newer"]


async def test_it_gives_up_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    await Persisting(sleep=nap).on(7, lambda: Store().do("edit"))
    assert sum(naps) == GIVE_UP_AFTER_S
    assert "not followed" in caplog.text


async def test_other_errors_pass_through() -> None:
    async def refuse() -> None:
        raise InputError("turn_gone")

    with pytest.raises(InputError):
        await Persisting().on(7, refuse)
