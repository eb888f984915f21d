"""What several processes do one after another: registering commands, beginning gateway sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.store.in_turn import IdentifyTurns, alone
from tests.store.slot_rows import run, until

NOBODY = "postgresql://nobody@127.0.0.1:9/none"  # the discard port: nobody listens
OURS = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'grokcord identify'"
NONE = f"SELECT 1 WHERE NOT EXISTS ({OURS})"


class Turned:
    """Processes that take turns, and the shards that had theirs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.order: list[int] = []
        self.processes: list[IdentifyTurns] = []

    def process(self, max_concurrency: int, *, gap_s: float) -> IdentifyTurns:
        self.processes.append(IdentifyTurns(self._url, max_concurrency, gap_s=gap_s))
        return self.processes[-1]

    async def take(self, turns: IdentifyTurns, *shards: int) -> None:
        for shard in shards:
            await turns.take(shard)
            self.order.append(shard)


@pytest.fixture
async def turned(postgres_url: str) -> AsyncIterator[Turned]:
    turned = Turned(postgres_url)
    yield turned
    for process in turned.processes:
        await process.close()


async def test_only_one_process_is_inside_at_a_time(postgres_url: str) -> None:
    inside, most = 0, 0

    async def enter() -> None:
        nonlocal inside, most
        async with alone(postgres_url):
            inside += 1
            most = max(most, inside)
            await run(postgres_url, "SELECT 1")
            inside -= 1

    await asyncio.gather(*(enter() for _ in range(5)))
    assert most == 1


async def test_shards_of_one_remainder_wait_for_each_other_across_processes(turned: Turned) -> None:
    first, second = turned.process(2, gap_s=60), turned.process(2, gap_s=60)
    await turned.take(first, 0)
    waiting = asyncio.create_task(turned.take(second, 2))
    await turned.take(second, 1)  # of the other remainder
    assert turned.order == [0, 1]
    await first.close()
    await asyncio.wait_for(waiting, 10)
    assert turned.order == [0, 1, 2]


async def test_shards_of_one_process_wait_for_each_other_too(turned: Turned) -> None:
    process = turned.process(1, gap_s=60)
    await turned.take(process, 0)
    waiting = asyncio.create_task(turned.take(process, 1))
    done, _ = await asyncio.wait({waiting}, timeout=0.5)
    assert not done
    waiting.cancel()


async def test_a_turn_ends_by_itself_and_leaves_no_connection_behind(turned: Turned, postgres_url: str) -> None:
    process = turned.process(1, gap_s=0.05)
    await asyncio.wait_for(turned.take(process, 0, 1, 2), 20)
    assert turned.order == [0, 1, 2]
    await until(postgres_url, NONE)


async def test_a_process_that_was_frozen_keeps_nobody_waiting(turned: Turned) -> None:
    frozen, other = turned.process(1, gap_s=0.2), turned.process(1, gap_s=60)
    await turned.take(frozen, 0)
    frozen._letting_go[0].cancel()  # it does nothing any more
    await asyncio.wait_for(turned.take(other, 1), 10)


async def test_without_the_database_shards_begin_at_a_processs_own_pace() -> None:
    turns = IdentifyTurns(NOBODY, 1, gap_s=0.01)
    await turns.take(0)
    await turns.take(1)
    await turns.close()
