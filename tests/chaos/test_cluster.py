"""Two processes and a standby on PostgreSQL, of which one after the other is killed, while people go on ordering."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.figures import print_times, say
from tests.chaos.journal import STEPS, postgres_journal
from tests.chaos.moments import CHANCE, DELIVERED, Moment
from tests.chaos.mortal import Life, Nursery, nursery
from tests.chaos.scene import SEED, Scene, scene
from tests.chaos.wishes import ALL, LEADING_TO, PICTURE
from tests.e2e.cluster import SHARDS, SLOTS, TAKEN
from tests.e2e.processes import ROOT
from tests.postgres import needs_postgres

pytestmark = [pytest.mark.e2e, needs_postgres]

ROOMS = 3
BY_CHANCE = 5
TAKE_OVER_S = 10.0  # what the issue allows
_SERVING = re.compile(rf"serving slot (\d) of {SLOTS}")


@pytest.fixture
async def here(tmp_path: Path, postgres_url: str) -> AsyncIterator[Scene]:
    with postgres_journal(postgres_url) as journal:
        settings = {"DATABASE_URL": postgres_url, "SLOTS": str(SLOTS)}
        async with scene(tmp_path, journal, ROOMS, "--shards", str(SHARDS), **settings) as here:
            yield here


def plan(dice: random.Random) -> list[Moment]:
    """Return when to kill: after each step, before a delivery is written down, and by chance."""
    after = [Moment("after", step, LEADING_TO.get(step, (PICTURE,))) for step in STEPS]
    before = [Moment("before", DELIVERED, (PICTURE, PICTURE))] * 2
    by_chance = [Moment("chance", CHANCE, (), dice.uniform(0.2, 4.0)) for _ in range(BY_CHANCE)]
    moments = [*after, *before, *by_chance]
    dice.shuffle(moments)
    return moments


def holder(home: Nursery, slot: int) -> Life:
    """Return the process that was the last to take a slot."""
    return [life for life in home.lives if life.code is None and str(slot) in _SERVING.findall(life.told())][-1]


async def stand_by(home: Nursery) -> Life:
    """Start one more process, which finds no slot free."""
    life = await home.bear()
    await life.logged(TAKEN)
    return life


async def killed(here: Scene, home: Nursery, moment: Moment, dice: random.Random, standby: Life) -> tuple[float, float]:
    """Kill a process at a moment; returns after how many seconds the standby had its slot, and was connected."""
    here.watch.slot = dice.randrange(SLOTS)
    ordering = asyncio.create_task(here.crowd.order([*moment.wishes, *dice.sample(ALL, 4)]))
    has_come = await here.watch.wait(moment)
    slot, began_s = here.watch.slot, time.monotonic()
    await holder(home, slot).kill()
    await here.watch.look_back(moment)
    await standby.logged(f"serving slot {slot} of", TAKE_OVER_S)
    claimed_s = time.monotonic() - began_s
    await standby.logged("connected as")
    connected_s = time.monotonic() - began_s
    await asyncio.gather(ordering, return_exceptions=True)
    came = "" if has_come else " (which did not come)"
    say(f"{moment.how} {moment.what}{came}: slot {slot} taken in {claimed_s:.1f} s, connected in {connected_s:.1f} s")
    return claimed_s, connected_s


async def test_whichever_process_is_killed_a_standby_goes_on_and_nothing_is_lost_or_delivered_twice(
    here: Scene,
) -> None:
    dice, began_s = random.Random(SEED), time.monotonic()  # noqa: S311  # as above: no secret
    times = []
    say(f"\nseed {SEED}")
    async with nursery(here.settings, here.folder, ROOT, "--disks") as home:
        first = [await home.bear() for _ in range(SLOTS)]
        await asyncio.gather(*(life.logged("connected as") for life in first))
        for moment in plan(dice):
            times.append(await killed(here, home, moment, dice, await stand_by(home)))  # noqa: PERF401
        say(f"kills: {len(times)}, in {time.monotonic() - began_s:.0f} s; right after a step: {here.watch.exact}")
        print_times("slot taken", [claimed_s for claimed_s, _ in times])
        print_times("connected", [connected_s for _, connected_s in times])
        await here.judged()
        assert home.incidents() == []
