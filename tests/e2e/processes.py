"""Start the three programs as processes of their own, as `grokcord demo` does, and end them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 25.0


@dataclass(slots=True)
class Running:
    """One process and what it has written to its log."""

    process: Process
    log: list[str] = field(default_factory=list)
    announced: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        return self.process.pid

    async def stop(self) -> int:
        """End it as a person would; its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT_S):
            return await self.process.wait()


@asynccontextmanager
async def running(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> AsyncIterator[Running]:
    """Run `python -m module`; it is killed if it does not end when it is asked to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=cwd,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        start_new_session=True,
    )
    run = Running(process)
    reading = asyncio.create_task(_read_log(run))
    try:
        yield run
    finally:
        try:
            await run.stop()
        except TimeoutError:
            process.kill()
            await process.wait()
        await reading


@asynccontextmanager
async def serving(module: str, *arguments: str) -> AsyncIterator[Running]:
    """Run a server that announces itself with one line of JSON."""
    async with running(module, *arguments) as run:
        if run.process.stdout is None:
            raise RuntimeError("no output")
        async with asyncio.timeout(START_TIMEOUT_S):
            line = await run.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} did not start: {''.join(run.log)}")
        run.announced.update(json.loads(line))
        yield run


async def logged(run: Running, text: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return when the process has logged `text`."""
    try:
        async with asyncio.timeout(timeout_s):
            while not any(text in line for line in run.log):
                if run.process.returncode is not None:
                    raise RuntimeError(f"ended with {run.process.returncode}: {''.join(run.log)}")
                await asyncio.sleep(0.01)
    except TimeoutError as slow:
        raise RuntimeError(f"never logged {text!r}: {''.join(run.log)}") from slow


async def _read_log(run: Running) -> None:
    if run.process.stderr is None:
        return
    while line := await run.process.stderr.readline():
        run.log.append(line.decode(errors="replace"))


@dataclass(slots=True)
class Stack:
    """The local Discord, the demo Grok server and the bot."""

    discord: Running
    grok: Running
    bot: Running

    @property
    def page(self) -> str:
        """Where people and tests reach the local Discord."""
        return self.discord.announced["page"]

    @property
    def grok_root(self) -> str:
        """Where tests reach the demo Grok server's controls."""
        return self.grok.announced["base_url"].removesuffix("/v1")


def bot_environment(discord: Running, grok: Running, folder: Path) -> dict[str, str]:
    """Return the settings that point the bot at the two servers."""
    return {
        "DISCORD_TOKEN": discord.announced["token"],
        "DISCORD_API_URL": discord.announced["api"],
        "GROK_API_KEY": grok.announced["key"],
        "GROK_BASE_URL": grok.announced["base_url"],
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        "MEDIA_DIR": str(folder / "media"),
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "text",
    }


@asynccontextmanager
async def stack(
    folder: Path,
    *,
    discord_options: tuple[str, ...] = (),
    grok_options: tuple[str, ...] = (),
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Run all three; the bot is connected when this is entered."""
    async with serving("sandbox", *discord_options) as discord, serving("sandbox.grok", *grok_options) as grok:
        environment = {**bot_environment(discord, grok, folder), **(settings or {})}
        async with running("bot", "run", environment=environment, cwd=folder) as bot:
            await logged(bot, "connected as")
            yield Stack(discord, grok, bot)
