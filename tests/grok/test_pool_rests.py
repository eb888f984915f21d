"""Several upstreams as one: who is left alone for a while, and who finds out that it works again."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest

from bot import errors
from bot.grok.breaker import FAILURES_IN_A_ROW
from bot.grok.breakers import KnownRest
from bot.grok.pool import Pool
from tests.grok.pooled import Wall, answer, empty_pool, held_back, refuse, says, upstream
from tests.grok.scripted import Server


async def test_an_empty_pool_rests_and_one_probe_ends_that() -> None:
    wall = Wall()
    held, late = held_back("first")
    first = Server(empty_pool(retry_after="40"), late, says("first"))
    second = Server(*[says("second") for _ in range(9)])
    pool = Pool([upstream("a", first), upstream("b", second, order=1)], wall_clock=wall)
    assert [await answer(pool) for _ in range(2)] == ["second", "second"]
    [rest] = pool.resting()
    assert (rest.upstream, rest.kind, rest.until, rest.reason, rest.is_served) == ("a", "chat", 1040, "busy", True)
    assert len(first.requests) == 1
    wall.now = 1041
    probe = asyncio.create_task(answer(pool))
    await held.is_asked.wait()
    assert await answer(pool) == "second"  # while the probe is under way
    held.may_come.set()
    assert await probe == "first"
    assert (await answer(pool), pool.resting()) == ("first", ())


async def given_up(asking: asyncio.Task[str]) -> None:
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking


async def test_who_gives_up_a_call_of_before_makes_no_room_for_a_second_probe() -> None:
    wall = Wall()
    (slow, first), (probing, second) = held_back("slow"), held_back("probe")
    server = Server(first, empty_pool(retry_after="40"), second)
    pool = Pool([upstream("a", server)], wall_clock=wall)
    before = asyncio.create_task(answer(pool))
    await slow.is_asked.wait()
    with pytest.raises(errors.UpstreamRateLimited):
        await answer(pool)
    wall.now = 1041
    probe = asyncio.create_task(answer(pool))
    await probing.is_asked.wait()
    await given_up(before)
    with pytest.raises(errors.UpstreamResting):
        await answer(pool)
    probing.may_come.set()
    assert await probe == "probe"
    assert len(server.requests) == 3


class SlowBook:
    """A database that does not answer when it is told of a probe."""

    def __init__(self) -> None:
        self.is_told, self.is_slow = asyncio.Event(), False
        self._rests: dict[str, KnownRest] = {}

    async def all(self) -> dict[str, KnownRest]:
        return self._rests

    async def keep(self, key: str, rest: KnownRest) -> None:
        if self.is_slow:
            self.is_told.set()
            await asyncio.Event().wait()
        self._rests[key] = rest

    async def end(self, key: str) -> None:
        del self._rests[key]


async def test_a_probe_that_is_given_up_before_it_is_sent_leaves_its_place_to_the_next() -> None:
    wall, book = Wall(), SlowBook()
    server = Server(empty_pool(retry_after="40"), says("back"))
    pool = Pool([upstream("a", server, at_once=1)], wall_clock=wall, book=book)
    with pytest.raises(errors.UpstreamRateLimited):
        await answer(pool)
    wall.now, book.is_slow = 1041, True
    probe = asyncio.create_task(answer(pool))
    async with asyncio.timeout(10):
        await book.is_told.wait()
    await given_up(probe)
    book.is_slow = False
    assert await answer(pool) == "back"


async def test_where_all_rest_the_soonest_is_told() -> None:
    wall = Wall()
    first, second = Server(empty_pool(retry_after="90")), Server(empty_pool(retry_after="40"))
    pool = Pool([upstream("a", first), upstream("b", second, order=1)], wall_clock=wall)
    with pytest.raises(errors.UpstreamRateLimited) as busy:
        await answer(pool)
    assert busy.value.retry_after_s == 40
    wall.now += 10
    with pytest.raises(errors.UpstreamResting) as resting:
        await answer(pool)
    assert (resting.value.retry_after_s, resting.value.code, resting.value.may_have_generated) == (30, "busy", False)
    assert (await pool.rest_s("chat", "grok-4"), await pool.rest_s("image", "x")) == (30, 0)
    assert [rest.is_served for rest in pool.resting()] == [False, False]
    assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_a_server_that_fails_again_and_again_rests() -> None:
    server = Server(*[refuse("no", 418) for _ in range(2)], *[httpx.ConnectError("closed") for _ in range(100)])
    pool = Pool([upstream("a", server)], wall_clock=Wall())
    for _ in range(2 + FAILURES_IN_A_ROW):
        with pytest.raises(errors.UpstreamError):
            await answer(pool)
    asked = len(server.requests)
    with pytest.raises(errors.UpstreamResting) as resting:
        await answer(pool)
    assert (resting.value.code, len(server.requests)) == ("failed", asked)


async def test_a_refused_key_is_told_as_such_and_asked_again_where_nothing_else_is_left() -> None:
    first = Server(refuse("no", 401), refuse("no", 401), says("mended"))
    pool = Pool([upstream("a", first)], wall_clock=Wall())
    for _ in range(2):
        with pytest.raises(errors.UpstreamKeyRefused):
            await answer(pool)
    assert await answer(pool) == "mended"
    assert pool.resting() == ()


async def test_a_refused_key_rests_while_another_serves() -> None:
    first, second = Server(refuse("no", 401)), Server(says("b"), says("b"))
    pool = Pool([upstream("a", first), upstream("b", second, order=1)], wall_clock=Wall())
    assert [await answer(pool) for _ in range(2)] == ["b", "b"]
    assert len(first.requests) == 1


async def test_another_key_ends_the_rest_of_the_old_one() -> None:
    pool = Pool([upstream("a", Server(empty_pool(retry_after="99")), identity="1")], wall_clock=Wall())
    with pytest.raises(errors.UpstreamRateLimited):
        await answer(pool)
    pool.replace([upstream("a", Server(), identity="1")])
    assert len(pool.resting()) == 1
    pool.replace([upstream("a", Server(says("x")), identity="2")])
    assert await answer(pool) == "x"


async def test_every_breaker_can_be_looked_at_without_being_touched() -> None:
    wall = Wall()
    servers = [upstream("a", Server(empty_pool(retry_after="40"))), upstream("b", Server(), kinds=frozenset({"image"}))]
    pool = Pool(servers, wall_clock=wall)
    with pytest.raises(errors.UpstreamRateLimited):
        await answer(pool)
    assert pool.breaker_states() == {
        ("a", "chat"): "open",
        ("a", "image"): "closed",
        ("a", "video"): "closed",
        ("b", "image"): "closed",
    }
    wall.now += 41
    assert pool.breaker_states()["a", "chat"] == "half-open"
