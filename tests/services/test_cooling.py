from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import UpstreamRateLimited
from bot.grok.pool import Pool
from bot.services.cooling import FIRST_REST_S, Cooling
from bot.services.resting import StoredRests
from bot.services.staging import Phase
from bot.store.database import Database
from bot.store.rests import Rests
from tests.grok.pooled import upstream
from tests.grok.scripted import ASK, STOP, Server, reply, sse


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Lines:
    """A card that is a list of lines."""

    def __init__(self) -> None:
        self.left: list[float] = []

    def cool(self, left_s: float) -> None:
        self.left.append(left_s)

    def show(self, phase: Phase, percent: float | None = None) -> None:
        raise AssertionError(phase)

    def show_poster(self, poster: Path) -> None:
        raise AssertionError(poster)

    async def deliver(self, delivery: object) -> object:
        raise AssertionError(delivery)

    async def close(self, ended: object, *, is_kept: bool) -> None:
        raise AssertionError(ended)


@pytest.fixture
async def rests(tmp_path: Path) -> AsyncIterator[Rests]:
    database = await Database.open(f"sqlite:///{tmp_path / 'memory.db'}")
    yield Rests(database)
    await database.close()


def process(rests: Rests, time: Time, *answers: object) -> Pool:
    """Return the pool of one process, whose only server gives these answers."""
    server = Server(*answers)  # type: ignore[arg-type]  # answers of the scripted server
    return Pool([upstream("main", server)], book=StoredRests(rests), wall_clock=lambda: time.moment.timestamp())


def empty(**headers: str) -> object:
    return reply({"error": {"message": "No available tokens"}}, status=429, **headers)


async def asked(pool: Pool) -> None:
    """Ask something; a pool of one asks three times by itself before it counts as busy."""
    await pool.chat(ASK)


async def waited(pool: Pool, time: Time, lines: Lines) -> float:
    before = time.moment
    cooling = Cooling(pool, time.now, sleep=time.sleep, random=lambda: 0.0)
    await cooling.wait(lines, "chat", "grok-4")  # type: ignore[arg-type]  # as much of a card as this needs
    return (time.moment - before).total_seconds()


async def test_a_server_that_works_is_asked_at_once(rests: Rests) -> None:
    assert await waited(process(rests, Time()), Time(), Lines()) == 0


async def test_an_order_waits_as_long_as_the_server_says_and_the_card_counts_down(rests: Rests) -> None:
    time, lines = Time(), Lines()
    pool = process(rests, time, empty(retry_after="42"))
    with pytest.raises(UpstreamRateLimited) as busy:
        await asked(pool)
    assert busy.value.retry_after_s == 42
    assert await waited(pool, time, lines) == 42
    assert lines.left[:3] == [42, 40, 38]


async def test_other_processes_and_the_next_start_wait_as_well(rests: Rests) -> None:
    time = Time()
    first, second = process(rests, time, empty(), empty(), empty()), process(rests, time)
    with pytest.raises(UpstreamRateLimited):
        await asked(first)
    assert await waited(second, time, Lines()) == FIRST_REST_S


async def test_a_rest_ends_early_where_another_process_finds_that_the_server_works(rests: Rests) -> None:
    time = Time()
    first, second = process(rests, time, empty(retry_after="60"), reply(sse("Hi", STOP))), process(rests, time)
    with pytest.raises(UpstreamRateLimited):
        await asked(first)
    assert await second.rest_s("chat", "grok-4") == 60
    time.moment += timedelta(seconds=60)
    async for _ in first.stream_chat(ASK):
        pass
    assert (await rests.all(), await second.rest_s("chat", "grok-4")) == ({}, 0)


async def test_a_probe_is_the_only_one_among_all_processes(rests: Rests) -> None:
    time = Time()
    first = process(rests, time, empty(retry_after="20"), reply(sse("Hi", "there", STOP)))
    second = process(rests, time)
    with pytest.raises(UpstreamRateLimited):
        await asked(first)
    time.moment += timedelta(seconds=20)
    assert await second.rest_s("chat", "grok-4") == 0
    probe = first._breakers.enter(("main", "chat"))
    assert await probe
    time.moment += timedelta(seconds=3)
    assert (await second.rest_s("chat", "grok-4") or 0) > 0


async def test_without_a_pool_the_servers_own_word_counts(rests: Rests) -> None:
    time = Time()
    cooling = Cooling(Server().client(), time.now, sleep=time.sleep, random=lambda: 0.0)
    before = time.moment
    card, busy = Lines(), UpstreamRateLimited(retry_after_s=5.0)
    await cooling.wait(card, "image", "grok", busy)  # type: ignore[arg-type]  # as above
    assert (card.left, (time.moment - before).total_seconds()) == ([5, 3, 1], 5)
