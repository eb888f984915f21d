"""One process on SQLite, killed at every step boundary and at random moments, while people go on ordering."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.crowd import Crowd
from tests.chaos.figures import print_orders, print_times, say
from tests.chaos.journal import Journal, sqlite_journal
from tests.chaos.moments import Moment, Watch, plan
from tests.chaos.mortal import Nursery, nursery, upgraded
from tests.chaos.town import sights
from tests.chaos.verdict import Case, retriable
from tests.chaos.wishes import ALL, LIMIT_BYTES
from tests.e2e.person import eventually, people
from tests.e2e.processes import ROOT, bot_environment, serving

pytestmark = [pytest.mark.e2e]

ROOMS = 6
BY_CHANCE = 12
SETTLING_S = 120.0
SEED = int(os.environ.get("CHAOS_SEED") or time.time_ns() % 1_000_000)


@dataclass(slots=True)
class Scene:
    """Everything a test needs at hand."""

    settings: dict[str, str]
    crowd: Crowd
    journal: Journal
    watch: Watch
    http: aiohttp.ClientSession
    grok_root: str
    folder: Path
    kills: int = 0
    incidents: list[str] = field(default_factory=list)

    async def case(self) -> Case:
        """Return what there is to be judged."""
        async with self.http.get(f"{self.grok_root}/control/generations") as reply:
            counts = (await reply.json())["generations"]
        begun = {row["prompt"].strip(): row["begun"] for row in counts}
        return Case(self.crowd.placed, self.journal.rows(), await sights(self.crowd.people), begun)

    async def settled(self) -> None:
        """Wait until every order is over."""

        async def look() -> bool:
            return self.journal.are_over()

        await eventually(look, within_s=SETTLING_S, what=f"the end of {self._left()}")

    def _left(self) -> list[str]:
        return [f"{row.id} {row.prompt}" for row in self.journal.rows() if row.state in ("queued", "running")]

    async def retry_all(self) -> None:
        """Press every Retry that stands on an interrupted order."""
        for placed, _, card in retriable(await self.case()):
            await placed.person.press(card, "Retry")
        await self.settled()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(serving("sandbox", "--max-file-bytes", str(LIMIT_BYTES)))
        grok = await stack.enter_async_context(serving("sandbox.grok", "--image-s", "0.3", "--video-s", "1"))
        who = await stack.enter_async_context(people(discord.announced["page"]))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        everybody = [who("you"), who("ada"), who("linus")]
        guild = (await everybody[0].get("state"))["guilds"][0]["id"]
        made = await everybody[0].control(f"guilds/{guild}/channels", {"name": "room", "count": ROOMS})
        settings = {
            **bot_environment(discord, grok, tmp_path),
            "MEDIA_DIR": str(tmp_path / "media"),
            "ORDERS_PER_PERSON": "3",
        }
        journal = sqlite_journal(tmp_path / "bot.db")
        grok_root = grok.announced["base_url"].removesuffix("/v1")
        crowd = Crowd(everybody, [str(row["id"]) for row in made])
        watch = Watch(journal, everybody[0], grok_root, http)
        yield Scene(settings, crowd, journal, watch, http, grok_root, tmp_path)


async def cycle(scene: Scene, home: Nursery, moment: Moment, dice: random.Random) -> bool:
    """Start the bot, let people order, and kill it at a moment; tells whether the moment came."""
    began_s, life = time.monotonic(), await home.bear()
    ordering = asyncio.create_task(scene.crowd.order([*moment.wishes, *dice.sample(ALL, 2)]))
    try:
        return await scene.watch.wait(moment)
    finally:
        await life.kill()
        say(f"{moment.how} {moment.what}: killed after {time.monotonic() - began_s:.1f} s")
        ordering.cancel()
        await asyncio.gather(ordering, return_exceptions=True)
        await scene.watch.look_back(moment)


async def kill_often(scene: Scene, dice: random.Random) -> None:
    """Kill the bot at every moment there is; half-way it is replaced by a later version."""
    moments = plan(dice, BY_CHANCE)
    half = len(moments) // 2
    missed: list[Moment] = []
    for source, chosen in ((ROOT, moments[:half]), (upgraded(scene.folder), moments[half:])):
        async with nursery(scene.settings, scene.folder, source) as home:
            for moment in chosen:
                if not await cycle(scene, home, moment, dice):
                    missed.append(moment)  # noqa: PERF401  # it is done for what it does
            scene.incidents += home.incidents()
    scene.kills = len(moments)
    say(f"right after a step, before the next was taken: {scene.watch.exact}")
    say(f"moments that did not come: {[f'{each.how} {each.what}' for each in missed]}")


async def test_whenever_the_bot_is_killed_every_order_is_delivered_once_or_offers_a_retry(scene: Scene) -> None:
    dice = random.Random(SEED)  # noqa: S311  # what happens is chosen by it, no secret
    began_s = time.monotonic()
    say(f"\nseed {SEED}")
    await kill_often(scene, dice)
    say(f"kills: {scene.kills}, in {time.monotonic() - began_s:.0f} s")
    await scene.crowd.rest()
    async with nursery(scene.settings, scene.folder, scene.folder / "later") as home:
        await home.bear()
        settling_s = time.monotonic()
        await scene.settled()
        print_times("settled", [time.monotonic() - settling_s])
        case = await scene.case()
        print_orders(case)
        assert case.complaints() == []
        await scene.retry_all()
        case = await scene.case()
        print_orders(case)
        assert case.complaints() == []
        assert retriable(case) == []
        assert scene.incidents + home.incidents() == []
    assert scene.kills >= 50
