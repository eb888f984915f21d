"""Print what shards and servers cost a process: `python -m bench.shards`. It needs PostgreSQL's programs."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.e2e.person import Person, people
from tests.e2e.processes import Running, bot_environment, logged, running, serving

IDLE_S = 20.0
MESSAGES = 3000
CHANNELS = 20  # of each server that is added
CASES = ((1, 0), (4, 0), (16, 0), (64, 0), (16, 1000))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took while nobody asked anything. idle_percent: of one core; connections: to PostgreSQL.

    message_us: CPU for one message between people that passes by, in microseconds.
    """

    shards: int
    guilds: int
    memory_mib: float
    idle_percent: float
    connections: int
    message_us: float


async def measure(shards: int, more_guilds: int) -> Cost:
    """Run a bot with so many shards, and so many servers more than one on each."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            serving("sandbox.postgres") as postgres,
            serving("sandbox", "--shards", str(shards)) as discord,
            serving("sandbox.grok") as grok,
            people(discord.announced["page"]) as who,
        ):
            url = postgres.announced["url"]
            you = who("you")
            await _grow(you, more_guilds)
            environment = {**bot_environment(discord, grok, Path(folder)), "DATABASE_URL": url}
            async with running("bot", "run", environment=environment, cwd=Path(folder)) as bot:
                await logged(bot, f"connected as Bot#0000, {shards + more_guilds} servers", 300)
                idle_percent = await _idle_percent(bot)
                memory_mib, connections = _resident_mib(bot.pid), await _connections(url)
                message_us = await _message_us(bot, you)
                return Cost(shards, shards + more_guilds, memory_mib, idle_percent, connections, message_us)


async def _grow(you: Person, guilds: int) -> None:
    for number in range(guilds):
        guild = await you.control("guilds", {"name": f"Server {number}"})
        await you.control(f"guilds/{guild['id']}/channels", {"name": "room", "count": CHANNELS})


async def _idle_percent(bot: Running) -> float:
    await asyncio.sleep(8.0)  # what the start took is let go
    began_s, used_s = time.monotonic(), _cpu_s(bot.pid)
    await asyncio.sleep(IDLE_S)
    return (_cpu_s(bot.pid) - used_s) / (time.monotonic() - began_s) * 100


async def _connections(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0


async def _message_us(bot: Running, you: Person) -> float:
    channel, used_s = await you.channel(), _cpu_s(bot.pid)
    for number in range(MESSAGES):
        await you.say(channel, f"number {number}, which is nothing to the bot")
    await asyncio.sleep(1.0)  # the last ones are on their way
    return (_cpu_s(bot.pid) - used_s) / MESSAGES * 1e6


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Measure and print."""
    print("| shards | servers | memory | one core, idle | a message passing by | connections to PostgreSQL |")
    print("|---|---|---|---|---|---|")
    for shards, more_guilds in CASES:
        cost = asyncio.run(measure(shards, more_guilds))
        memory, idle, message = f"{cost.memory_mib:.0f} MiB", f"{cost.idle_percent:.1f} %", f"{cost.message_us:.0f} µs"
        print(f"| {cost.shards} | {cost.guilds} | {memory} | {idle} | {message} | {cost.connections} |", flush=True)


if __name__ == "__main__":
    main()
