"""Several processes that run as one bot, on one PostgreSQL and one local Discord with four shards."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.person import Json, Person, eventually, is_finished
from tests.e2e.processes import Running, bot_environment, logged, running, serving

SHARDS = 4
SLOTS = 2
TAKEN = f"standing by: all {SLOTS} slots are taken"
_SERVING = re.compile(rf"serving slot (\d) of {SLOTS}, shards \((\d), (\d)\)")


@dataclass(slots=True)
class Servers:
    """What the processes of a bot share beside their database."""

    discord: Running
    grok: Running


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Run a local Discord with four shards and a demo Grok server."""
    async with (
        serving("sandbox", "--shards", str(SHARDS)) as discord,
        serving("sandbox.grok", "--first-token-s", "0.05", "--tokens-per-s", "200") as grok,
    ):
        yield Servers(discord, grok)


class Cluster:
    """The processes of one bot."""

    def __init__(self, settings: Mapping[str, str], folder: Path, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._folder = folder
        self._stack = stack
        self.processes: list[Running] = []

    async def start(self, *, until: str) -> Running:
        """Start one more process, and return when it has logged something."""
        run = await self._stack.enter_async_context(running("bot", "run", environment=self._settings, cwd=self._folder))
        self.processes.append(run)
        await logged(run, until)
        return run

    def holder(self, slot: int) -> Running:
        """Return the process that was the last to begin serving a slot."""
        found = [run for run in self.processes if slot in served(run)]
        return found[-1]


def served(run: Running) -> list[int]:
    """Return the slots that a process has served, oldest first."""
    return [int(match[1]) for line in run.log if (match := _SERVING.search(line))]


async def logged_since(run: Running, line: int, text: str, within_s: float) -> None:
    """Return when a process has logged something after so many lines."""

    async def is_there() -> bool:
        return any(text in each for each in run.log[line:])

    await eventually(is_there, within_s=within_s, what=f"the line {text!r} after {''.join(run.log)}")


@asynccontextmanager
async def cluster(shared: Servers, postgres_url: str, folder: Path) -> AsyncIterator[Cluster]:
    """Run two processes that serve a slot each, and a third that stands by."""
    settings = {
        **bot_environment(shared.discord, shared.grok, folder),
        "DATABASE_URL": postgres_url,
        "SLOTS": str(SLOTS),
    }
    async with AsyncExitStack() as stack:
        bot = Cluster(settings, folder, stack)
        await asyncio.gather(*(bot.start(until="connected as") for _ in range(SLOTS)))
        await bot.start(until=TAKEN)
        yield bot


class Town:
    """The four servers, one on each shard, as a person uses them."""

    def __init__(self, you: Person, bot_id: str, rooms: list[str]) -> None:
        self.you = you
        self.rooms = rooms
        self._mention = f"<@{bot_id}>"

    @classmethod
    async def enter(cls, you: Person) -> Town:
        """Find a channel of each server that nobody has written in, in the order of the shards."""
        guilds = (await you.get("state"))["guilds"]
        assert [(int(guild["id"]) >> 22) % SHARDS for guild in guilds] == list(range(SHARDS))
        made = [await you.control(f"guilds/{guild['id']}/channels", {"name": "fresh"}) for guild in guilds]
        return cls(you, await you.bot_id(), [str(rows[0]["id"]) for rows in made])

    async def ask(self, *shards: int) -> None:
        """Use `/ask` in the servers of these shards, all at once, and wait for the answers."""
        await asyncio.gather(*(self._ask(self.rooms[shard]) for shard in shards))

    async def mention(self, *shards: int) -> None:
        """Mention the bot in the servers of these shards, and wait for the answers."""
        await asyncio.gather(*(self._mention_in(self.rooms[shard]) for shard in shards))

    async def answers(self, shard: int) -> list[Json]:
        """Return what the bot has said in a server."""
        return await self.you.from_bot(self.rooms[shard])

    async def _ask(self, room: str) -> None:
        await self.you.answer(room, await self.you.ask(room, "[[tokens=6]]"))

    async def _mention_in(self, room: str) -> None:
        said = await self.you.say(room, f"{self._mention} [[tokens=6]]")

        async def answered() -> bool:
            rows = await self.you.from_bot(room)
            return any(_replies_to(row, said["id"]) and is_finished(row) for row in rows)

        await eventually(answered, what=f"an answer in {room}")

    async def hint(self, shard: int) -> str:
        """Mention the bot without waiting for an answer; the message's id."""
        return str((await self.you.say(self.rooms[shard], f"{self._mention} [[tokens=6]]"))["id"])

    async def replies(self, shard: int, message_id: str) -> list[Json]:
        """Return the bot's answers to a message."""
        return [row for row in await self.answers(shard) if _replies_to(row, message_id)]


def _replies_to(row: Json, message_id: str) -> bool:
    return bool((row.get("message_reference") or {}).get("message_id") == message_id)
