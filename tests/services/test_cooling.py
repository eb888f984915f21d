from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import UpstreamRateLimited
from bot.services.cooling import FIRST_REST_S, LONGEST_REST_S, Cooling
from bot.services.staging import Phase
from bot.store.database import Database
from bot.store.rests import Rests


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


def cooling(rests: Rests, time: Time) -> Cooling:
    return Cooling(rests, time.now, sleep=time.sleep, random=lambda: 0.0)


async def waited_s(rests: Rests, time: Time) -> float:
    before = time.moment
    await cooling(rests, time).wait(Lines())  # type: ignore[arg-type]  # as much of a card as this needs
    return (time.moment - before).total_seconds()


async def test_a_server_that_works_is_asked_at_once(rests: Rests) -> None:
    assert await waited_s(rests, Time()) == 0


async def test_an_order_waits_as_long_as_the_server_says(rests: Rests) -> None:
    time = Time()
    await cooling(rests, time).begin(UpstreamRateLimited(retry_after_s=42.0))
    assert await waited_s(rests, time) == 42


async def test_another_process_waits_as_well(rests: Rests) -> None:
    time = Time()
    await cooling(rests, time).begin(UpstreamRateLimited())
    assert await waited_s(rests, time) == FIRST_REST_S


async def test_the_card_counts_down(rests: Rests) -> None:
    time, lines = Time(), Lines()
    await cooling(rests, time).begin(UpstreamRateLimited(retry_after_s=5.0))
    await cooling(rests, time).wait(lines)  # type: ignore[arg-type]  # as above
    assert lines.left == [5.0, 3.0, 1.0]


async def test_it_rests_longer_each_time_but_not_for_ever(rests: Rests) -> None:
    time, waits = Time(), []
    for _ in range(8):
        await cooling(rests, time).begin(UpstreamRateLimited())
        waits.append(await waited_s(rests, time))
    assert waits[:3] == [FIRST_REST_S, FIRST_REST_S * 2, FIRST_REST_S * 4]
    assert waits[-1] == LONGEST_REST_S


async def test_a_server_that_works_again_begins_anew(rests: Rests) -> None:
    time = Time()
    for _ in range(3):
        await cooling(rests, time).begin(UpstreamRateLimited())
    await cooling(rests, time).end()
    assert await waited_s(rests, time) == 0
    await cooling(rests, time).begin(UpstreamRateLimited())
    assert await waited_s(rests, time) == FIRST_REST_S
