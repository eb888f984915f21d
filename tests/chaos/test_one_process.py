"""One process on SQLite, killed at every step boundary and at random moments, while people go on ordering."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.figures import say
from tests.chaos.journal import sqlite_journal
from tests.chaos.moments import Moment, plan
from tests.chaos.mortal import Nursery, nursery, upgraded
from tests.chaos.scene import SEED, Scene, scene
from tests.chaos.wishes import ALL

pytestmark = [pytest.mark.e2e]

ROOMS = 6
BY_CHANCE = 12
LEAST_KILLS = 50


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Scene]:
    journal = sqlite_journal(tmp_path / "bot.db")
    async with scene(tmp_path, journal, ROOMS, MEDIA_DIR=str(tmp_path / "media")) as here:
        yield here


async def cycle(here: Scene, home: Nursery, moment: Moment, dice: random.Random) -> bool:
    """Start the bot, let people order, and kill it at a moment; tells whether the moment came."""
    began_s, life = time.monotonic(), await home.bear()
    ordering = asyncio.create_task(here.crowd.order([*moment.wishes, *dice.sample(ALL, 2)]))
    try:
        return await here.watch.wait(moment)
    finally:
        await life.kill()
        say(f"{moment.how} {moment.what}: killed after {time.monotonic() - began_s:.1f} s")
        ordering.cancel()
        await asyncio.gather(ordering, return_exceptions=True)
        await here.watch.look_back(moment)


async def killed_often(here: Scene, home: Nursery, moments: list[Moment], dice: random.Random) -> None:
    """Kill the bot at each of these moments."""
    missed = [moment for moment in moments if not await cycle(here, home, moment, dice)]
    say(f"kills: {len(moments)}; moments that did not come: {[f'{each.how} {each.what}' for each in missed]}")
    assert home.incidents() == []


async def test_whenever_the_bot_is_killed_every_order_is_delivered_once_or_offers_a_retry(here: Scene) -> None:
    dice, began_s = random.Random(SEED), time.monotonic()  # noqa: S311  # what happens is chosen by it, no secret
    moments = plan(dice, BY_CHANCE)
    assert len(moments) >= LEAST_KILLS
    say(f"\nseed {SEED}")
    async with nursery(here.settings, here.folder) as home:
        await killed_often(here, home, moments[::2], dice)
    later = upgraded(here.folder)
    async with nursery(here.settings, here.folder, later) as home:
        await killed_often(here, home, moments[1::2], dice)
        say(f"right after a step, before the next was taken: {here.watch.exact}")
        say(f"all kills took {time.monotonic() - began_s:.0f} s")
        await home.bear()
        await here.judged()
        assert home.incidents() == []
