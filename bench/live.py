"""How live are the answers: one alone, and fifty at once, each a thousand words at fifty a second."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.figures import Figures, figures, seen_words, together
from tests.e2e.person import Person, eventually, is_finished, people
from tests.e2e.processes import Stack, stack

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """One run. cpu_s: of the bot's process, per 1,000 words. memory_mib: its peak resident size."""

    answers: int
    spread_s: float
    live: Figures
    worst_first_s: float
    worst_last_s: float
    edits: int
    refused: int
    cpu_s: float
    memory_mib: float


async def measure(answers: int, *, spread_s: float = 0.0, words: int = 1000, per_s: int = 50) -> Run:
    """Start everything anew, ask `answers` questions in as many channels, and compare the servers' records.

    spread_s: the time within which they are asked; 0 in the same instant, so that they also end in the same instant.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with stack(Path(folder)) as running, people(running.page) as who, aiohttp.ClientSession() as http:
            you = who("you")
            channels = await _channels(you, answers)
            await asyncio.sleep(2)  # let start-up be over before CPU time is counted
            cpu_before, requests_before = _cpu_s(running.bot.pid), len(await you.requests())
            prompts = [f"[[tokens={words} rate={per_s}]] number {index}" for index in range(answers)]
            await asyncio.gather(
                *(
                    _ask(you, channel, prompt, spread_s * index / answers)
                    for index, (channel, prompt) in enumerate(zip(channels, prompts, strict=True))
                )
            )
            await _until_all_stand(you, channels, words)
            cpu_s = _cpu_s(running.bot.pid) - cpu_before
            each = await _figures(you, http, running, channels, prompts)
            requests = (await you.requests())[requests_before:]
            return Run(
                answers,
                spread_s,
                together(each),
                max(one.first_s for one in each),
                max(one.last_s for one in each),
                sum(row["method"] == "PATCH" for row in requests),
                sum(row["status"] == 429 for row in requests),
                cpu_s * 1000 / (answers * words),
                _peak_mib(running.bot.pid),
            )


async def _ask(you: Person, channel: str, prompt: str, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await you.ask(channel, prompt)


async def _channels(you: Person, number: int) -> list[str]:
    guild = (await you.get("state"))["guilds"][0]["id"]
    made = await you.control(f"guilds/{guild}/channels", {"name": "bench", "count": number})
    return [row["id"] for row in made]


async def _until_all_stand(you: Person, channels: list[str], words: int) -> None:
    async def look(channel: str) -> bool:
        return any(f"w{words - 1}" in row["content"] and is_finished(row) for row in await you.messages(channel))

    for channel in channels:
        await eventually(lambda channel=channel: look(channel), within_s=180, what="the last word")  # type: ignore[misc]  # bound at once


async def _figures(
    you: Person, http: aiohttp.ClientSession, running: Stack, channels: list[str], prompts: list[str]
) -> list[Figures]:
    async with http.get(f"{running.grok_root}/control/requests") as reply:
        asked = (await reply.json())["requests"]
    each = []
    for channel, prompt in zip(channels, prompts, strict=True):
        number = next(row["n"] for row in asked if prompt in str(row["body"]))
        async with http.get(f"{running.grok_root}/control/emissions/{number}") as reply:
            emitted = [row["at"] for row in (await reply.json())["tokens"]]
        versions = [
            (version["at"], version["content"])
            for message in await you.messages(channel)
            for version in await you.versions(message["id"])
        ]
        each.append(figures(emitted, seen_words(versions)))
    return each


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
