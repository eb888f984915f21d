"""Moments at which the bot is killed: after a step was written down, before one could be, and whenever."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass

import aiohttp

from tests.chaos.journal import STEPS, Journal
from tests.chaos.wishes import CLIP, JOB, LEADING_TO, PICTURE, PURGED, REFUSED, Wish
from tests.e2e.person import Json, Person

PATIENCE_S = 20.0
HELD_S = 30.0  # longer than the bot lives
EVERY_STEP = 3  # how often it is killed after each step
LOOK_S = 0.002

# Requests that are held back until the bot is dead: Discord did what they say, and nobody wrote that down.
DELIVERED = "a delivery"
TOLD = "a ping"
HANDED_OVER = "a direct message"
CLOSED = "a last card"
HELD = (DELIVERED, DELIVERED, DELIVERED, TOLD, TOLD, TOLD, HANDED_OVER, HANDED_OVER, CLOSED)
MADE = "the server was done"
CHANCE = "chance"


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill. how: "after" a step, "before" something is written down, or "chance". wishes: what leads there."""

    how: str
    what: str
    wishes: tuple[Wish, ...]
    delay_s: float = 0.0


def plan(dice: random.Random, by_chance: int) -> list[Moment]:
    """Return all moments, mixed."""
    after = [Moment("after", step, LEADING_TO.get(step, ())) for step in STEPS for _ in range(EVERY_STEP)]
    leading = {DELIVERED: (PICTURE,), TOLD: (PICTURE,), HANDED_OVER: (PURGED, PURGED), CLOSED: (REFUSED,)}
    before = [Moment("before", what, leading[what]) for what in HELD]
    before += [Moment("before", MADE, (wish,)) for wish in (PICTURE, CLIP, JOB)]
    random_ones = [Moment("chance", CHANCE, (), dice.uniform(0.2, 5.0)) for _ in range(by_chance)]
    mixed = [*after, *before, *random_ones]
    dice.shuffle(mixed)
    return mixed


class Watch:
    """Waits for moments. you: who looks into the local Discord; grok_root: the demo Grok server."""

    def __init__(self, journal: Journal, you: Person, grok_root: str, http: aiohttp.ClientSession) -> None:
        self._journal = journal
        self._you = you
        self._grok_root = grok_root
        self._http = http
        self.exact = 0
        self.slot = 0  # whose process came to the moment
        self._workflow = ""

    async def wait(self, moment: Moment) -> bool:
        """Return when the moment is there; False when it does not come."""
        if moment.how == "chance":
            await asyncio.sleep(moment.delay_s)
            return True
        try:
            async with asyncio.timeout(PATIENCE_S):
                if moment.how == "after":
                    await self._after(moment.what)
                elif moment.what == MADE:
                    await self._made()
                else:
                    await self._held(moment.what)
        except TimeoutError:
            return False
        return True

    async def look_back(self, moment: Moment) -> None:
        """Find out whether a killed bot had taken another step; forget what was held back."""
        if moment.how == "after" and self._workflow:
            self.exact += self._journal.last_step(self._workflow) == moment.what
        if moment.how == "before":
            await self._you.clear_faults()
        self._workflow = ""

    async def _after(self, step: str) -> None:
        known = self._journal.taken(step)
        while not (new := self._journal.taken(step) - known):
            await asyncio.sleep(LOOK_S)
        self._workflow = new.pop()
        self.slot = int(self._journal.executor(self._workflow).rpartition("-")[2] or 0)

    async def _made(self) -> None:
        finished = await self._finished()
        while await self._finished() == finished:
            await asyncio.sleep(LOOK_S)

    async def _finished(self) -> int:
        async with self._http.get(f"{self._grok_root}/control/generations") as reply:
            return sum(row["finished"] for row in (await reply.json())["generations"])

    async def _held(self, what: str) -> None:
        requests = await self._you.requests()
        seen = requests[-1]["n"] if requests else 0
        is_edit = what in (DELIVERED, CLOSED)
        path = "/messages/" if is_edit else "/messages$"
        fault = {"method": "PATCH" if is_edit else "POST", "path": path, "times": 1000, "reply_delay_s": HELD_S}
        if is_edit:  # all edits look alike before they are read: each is held for long enough to kill the bot
            fault["reply_delay_s"] = 1.0
        await self._you.control("faults", fault)
        while not (found := [row for row in await self._since(seen) if _is_it(row, what)]):
            await asyncio.sleep(LOOK_S)
        self.slot = self._slot_of(found[0])

    def _slot_of(self, request: Json) -> int:
        """Return whose order a delivery belongs to."""
        numbers = [re.match(r"grok-(\d+)", file["filename"]) for file in request["files"]]
        ids = {int(number[1]) for number in numbers if number}
        return next((row.slot for row in self._journal.rows() if row.id in ids), 0)

    async def _since(self, n: int) -> list[Json]:
        return list((await self._you.control(f"requests?since={n}"))["requests"])


def _is_it(request: Json, what: str) -> bool:
    """Tell whether a request took effect, and is the one looked for."""
    if request["status"] != 200:
        return False
    names = [file["filename"] for file in request["files"]]
    has_result = any(name.startswith("grok-") for name in names)
    method, body = request["method"], request["body"]
    if what == DELIVERED:
        return method == "PATCH" and has_result
    if what == CLOSED:
        return method == "PATCH" and ":retry:" in str(body)
    is_new = method == "POST" and request["route"] == "/channels/{channel}/messages"
    return is_new and has_result == (what == HANDED_OVER)
