"""The servers, the people and the looks behind the scenes that all tests of this folder have."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp

from bot.services.orders import MOST_UNDER_WAY
from tests.chaos.crowd import Crowd
from tests.chaos.figures import print_orders, print_times
from tests.chaos.journal import Journal, Row
from tests.chaos.moments import Watch
from tests.chaos.town import sights
from tests.chaos.verdict import Case, retriable
from tests.chaos.wishes import LIMIT_BYTES
from tests.e2e.person import Person, eventually, people
from tests.e2e.processes import bot_environment, serving

SETTLING_S = 180.0
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

    async def judged(self) -> None:
        """Wait until everything is over, and judge; then press every Retry, and judge again."""
        await self.crowd.rest()
        await self._settle()
        for placed, row, card in retriable(await self._judge()):
            await self._until(partial(self._has_room, row.asker_id), f"room for a Retry of {row}")
            await placed.person.press(card, "Retry")
            await self._until(partial(self._is_replaced, row), f"a Retry of {row}")
        await self._settle()
        assert retriable(await self._judge()) == []

    def _is_replaced(self, row: Row) -> bool:
        return any(each.id == row.id and each.next_id for each in self.journal.rows())

    def _has_room(self, asker_id: int) -> bool:
        """Tell whether somebody may order one more."""
        theirs = [row for row in self.journal.rows() if row.asker_id == asker_id]
        return sum(row.state in ("queued", "running") for row in theirs) < MOST_UNDER_WAY

    async def _until(self, is_so: Callable[[], bool], what: str) -> None:
        async def look() -> bool:
            return is_so()

        await eventually(look, within_s=SETTLING_S, what=what)

    async def _judge(self) -> Case:
        case = await self._case()
        print_orders(case)
        complaints = case.complaints()
        assert not complaints, "\n".join(complaints)
        return case

    async def _case(self) -> Case:
        async with self.http.get(f"{self.grok_root}/control/generations") as reply:
            counts = (await reply.json())["generations"]
        begun = {row["prompt"].strip(): row["begun"] for row in counts}
        return Case(self.crowd.placed, self.journal.rows(), await sights(self.crowd.people), begun)

    async def _settle(self) -> None:
        began_s = time.monotonic()

        await self._until(self.journal.are_over, f"the end of {self._left()}")
        print_times("settled", [time.monotonic() - began_s])

    def _left(self) -> list[str]:
        return [f"{row.id} {row.prompt}" for row in self.journal.rows() if row.state in ("queued", "running")]


@asynccontextmanager
async def scene(
    folder: Path, journal: Journal, rooms: int, *discord_options: str, **settings: str
) -> AsyncIterator[Scene]:
    """Run a local Discord and a demo Grok server. rooms: channels in each server of the local Discord."""
    async with (
        serving("sandbox", "--max-file-bytes", str(LIMIT_BYTES), *discord_options) as discord,
        serving("sandbox.grok", "--image-s", "0.3", "--video-s", "1") as grok,
        people(discord.announced["page"]) as who,
        aiohttp.ClientSession() as http,
    ):
        crowd = Crowd(everybody := [who("you"), who("ada"), who("linus")], await _rooms(everybody[0], rooms))
        environment = {**bot_environment(discord, grok, folder), "ORDERS_PER_PERSON": "3", **settings}
        grok_root = grok.announced["base_url"].removesuffix("/v1")
        watch = Watch(journal, everybody[0], grok_root, http)
        yield Scene(environment, crowd, journal, watch, http, grok_root, folder)


async def _rooms(you: Person, count: int) -> Sequence[str]:
    """Make channels in every server, and return them: the first of each server, then the second of each."""
    guilds = [row["id"] for row in (await you.get("state"))["guilds"]]
    made = [
        [str((await you.control(f"guilds/{guild}/channels", {"name": f"room-{n}"}))[0]["id"]) for guild in guilds]
        for n in range(count)
    ]
    return [room for row in made for room in row]
