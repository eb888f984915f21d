"""Processes that run as one bot: who serves what, and what becomes of it when one dies, freezes or loses PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from tests.e2e.cluster import SHARDS, SLOTS, TAKEN, Cluster, Servers, Town, cluster, logged_since, served, servers
from tests.e2e.person import people
from tests.e2e.processes import Running, logged, serving
from tests.postgres import needs_postgres, reachable_folder

pytestmark = [pytest.mark.e2e, needs_postgres, pytest.mark.asyncio(loop_scope="module")]

TAKE_OVER_S = 10.0  # what the issue allows


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Servers]:
    async with servers() as shared:
        yield shared


@pytest_asyncio.fixture(loop_scope="module")
async def bot(shared: Servers, postgres_url: str, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with cluster(shared, postgres_url, tmp_path) as bot:
        yield bot


@pytest_asyncio.fixture(loop_scope="module")
async def town(shared: Servers) -> AsyncIterator[Town]:
    async with people(shared.discord.announced["page"]) as who:
        yield await Town.enter(who("you"))


async def taken_over(standby: Running, town: Town, slot: int, began_s: float, how: str) -> None:
    """Wait until a standby answers in the servers of a slot, and print how long that took."""

    def gone_s() -> float:
        return time.monotonic() - began_s

    seen = len(standby.log)
    await logged_since(standby, seen, f"serving slot {slot} of", TAKE_OVER_S)
    claimed_s = gone_s()
    await logged_since(standby, seen, "connected as", TAKE_OVER_S - claimed_s)
    connected_s = gone_s()
    await town.ask(*shards_of(slot))
    print(f"\n{how}: claimed {claimed_s:.1f} s, connected {connected_s:.1f} s, answered {gone_s():.1f} s")  # noqa: T201


def shards_of(slot: int) -> range:
    return range(slot * SHARDS // SLOTS, (slot + 1) * SHARDS // SLOTS)


async def test_each_question_in_four_servers_is_answered_once_and_commands_are_registered_once(
    bot: Cluster, town: Town
) -> None:
    assert sorted(served(run)[0] for run in bot.processes[:2]) == [0, 1]
    assert served(bot.processes[2]) == []
    await town.ask(*range(SHARDS))
    await town.mention(*range(SHARDS))
    assert [len(await town.answers(shard)) for shard in range(SHARDS)] == [2] * SHARDS
    logs = [line for run in bot.processes for line in run.log]
    assert sum("commands registered" in line for line in logs) == 1
    assert sum("commands unchanged" in line for line in logs) == 1


async def test_a_standby_takes_the_slot_of_a_process_that_was_killed(bot: Cluster, town: Town) -> None:
    victim, standby = bot.holder(0), bot.processes[2]
    await town.ask(*range(SHARDS))
    began_s = time.monotonic()
    victim.process.kill()
    await taken_over(standby, town, 0, began_s, "kill -9")
    await town.ask(*shards_of(1))
    assert served(standby) == [0]
    assert [len(await town.answers(shard)) for shard in range(SHARDS)] == [2] * SHARDS
    await bot.start(until=TAKEN)


async def test_a_standby_takes_the_slot_of_a_process_that_was_told_to_stop(bot: Cluster, town: Town) -> None:
    victim, standby = bot.holder(1), bot.processes[2]
    began_s = time.monotonic()
    victim.process.terminate()
    await taken_over(standby, town, 1, began_s, "SIGTERM")
    assert await victim.stop() == 0
    assert [len(await town.answers(shard)) for shard in shards_of(1)] == [1] * 2


async def test_without_a_standby_who_asks_a_process_that_is_about_to_end_is_told_so(bot: Cluster, town: Town) -> None:
    await bot.processes[2].stop()
    victim, shard = bot.holder(1), shards_of(1)[0]
    room = town.rooms[shard]
    await town.you.ask(room, "[[tokens=4000 rate=50]]")
    await town.you.first(room, lambda row: "w5" in row["content"], what="a growing answer")
    victim.process.terminate()
    await logged(victim, "slot 1 is given back")
    await town.you.ask(room, "[[tokens=6]]")
    await town.you.whisper(room, "being restarted")


async def test_a_process_that_was_frozen_finds_its_slot_lost_before_it_does_anything(bot: Cluster, town: Town) -> None:
    frozen, standby = bot.holder(1), bot.processes[2]
    shard = shards_of(1)[0]
    began_s = time.monotonic()
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        await taken_over(standby, town, 1, began_s, "SIGSTOP")
        hints = [await town.hint(shard) for _ in range(3)]
        await asyncio.sleep(max(0.0, 15 - (time.monotonic() - began_s)))  # what is tested is having been away so long
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    hints.append(await town.hint(shard))
    await logged(frozen, "slot 1 belongs to another process now")
    await logged(frozen, TAKEN)
    await town.mention(shard)
    assert [len(await town.replies(shard, hint)) for hint in hints] == [1] * 4
    await town.ask(*range(SHARDS))
    assert served(frozen) == [1]
    began_s = time.monotonic()
    standby.process.kill()
    await taken_over(frozen, town, 1, began_s, "kill -9, by the process that was frozen before")


async def test_both_processes_keep_their_slots_when_postgresql_is_restarted(shared: Servers, tmp_path: Path) -> None:
    with reachable_folder() as folder:
        async with serving("sandbox.postgres", "--folder", str(folder)) as postgres:
            url = postgres.announced["url"]
            async with (
                cluster(shared, url, tmp_path) as bot,
                people(shared.discord.announced["page"]) as who,
            ):
                town = await Town.enter(who("you"))
                await town.ask(*range(SHARDS))
                await postgres.stop()
                for slot in range(SLOTS):
                    await logged(bot.holder(slot), f"the connection that holds slot {slot} broke")
                await logged(bot.processes[2], "standing by: the database is away")
                async with serving("sandbox.postgres", "--folder", str(folder), "--port", str(make_url(url).port)):
                    for slot in range(SLOTS):
                        await logged(bot.holder(slot), f"slot {slot} is held again")
                    await town.ask(*range(SHARDS))
                    assert sorted(served(run) for run in bot.processes) == [[], [0], [1]]
                    assert [len(await town.answers(shard)) for shard in range(SHARDS)] == [2] * SHARDS
