"""The processes of a demonstration: started, watched, and ended in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0

Ready = dict[str, str]


class DemoFailedError(Exception):
    """One of the processes did not come up, or ended by itself."""


def told_to_stop() -> asyncio.Event:
    """Return what Ctrl-C, or being ended by another program, sets."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def bot_environment(discord: Ready, grok: Ready, database_url: str, folder: Path) -> dict[str, str]:
    """Return the settings that point a bot at the demonstration's servers. folder: for its files."""
    return {
        "DISCORD_TOKEN": discord["token"],
        "DISCORD_API_URL": discord["api"],
        "GROK_API_KEY": grok["key"],
        "GROK_BASE_URL": grok["base_url"],
        "GROK_ADMIN_KEY": grok["admin_key"],
        "OWNER_IDS": discord["owner_id"],
        "DATABASE_URL": database_url,
        "MEDIA_DIR": str(folder / "media"),
        "LOG_LEVEL": "INFO",  # lines such as "connected as" are waited for
        "LOG_FORMAT": "text",
        "METRICS_PORT": "0",  # that of an .env may be taken by the bot proper
    }


async def start_server(stack: AsyncExitStack, module: str, *arguments: str) -> tuple[Process, Ready]:
    """Start a server that announces itself with one line of JSON; it ends with the stack. Raises DemoFailedError."""
    process = await _spawn(module, *arguments, stdout=PIPE)
    stack.push_async_callback(stop, process)
    if process.stdout is None:
        raise DemoFailedError(f"{module} has no output")
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            line = await process.stdout.readline()
        return process, json.loads(line)
    except (TimeoutError, ValueError) as failed:
        raise DemoFailedError(f"{module} did not start (its messages stand above)") from failed


async def start_bot(environment: Mapping[str, str]) -> Process:
    """Start a bot, whose log has to be read."""
    return await _spawn("bot", "run", environment=environment, stderr=PIPE)


async def _spawn(
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Process:
    """Start a process in a session of its own, so that Ctrl-C reaches only this one, which stops them in order."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )


async def pass_on_log(bot: Process, see: Callable[[str], None], prefix: str = "") -> None:
    """Copy a bot's log to ours, and let `see` have each line; return when the bot has ended."""
    while bot.stderr is not None and (line := await bot.stderr.readline()):
        sys.stderr.buffer.write(prefix.encode() + line)
        sys.stderr.flush()
        see(line.decode(errors="replace"))


async def until_over(stopping: asyncio.Event, processes: Mapping[str, Process]) -> None:
    """Return when told to stop. Raises DemoFailedError when a process ends by itself."""
    stop_task = asyncio.create_task(stopping.wait())
    ends = {asyncio.create_task(process.wait()): name for name, process in processes.items()}
    done, _ = await asyncio.wait({stop_task, *ends}, return_when=asyncio.FIRST_COMPLETED)
    for task in {stop_task, *ends} - done:
        task.cancel()
    if stop_task not in done:
        raise DemoFailedError(f"the {ends[next(iter(done))]} ended by itself")


async def stop(process: Process) -> None:
    """End a process, and return when it has ended."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
