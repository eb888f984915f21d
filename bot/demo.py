"""`grokcord demo`: a local Discord, a demo Grok server and the very bot, as three processes on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0

Ready = dict[str, str]


class DemoFailedError(Exception):
    """One of the three processes did not come up, or ended by itself."""


def run_demo(port: int) -> int:
    """Run until Ctrl-C; returns the exit code."""
    try:
        asyncio.run(_demo(port))
    except DemoFailedError as failed:
        sys.stderr.write(f"grokcord demo: {failed}\n")
        return 1
    return 0


async def _demo(port: int) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grokcord-demo-")))
        discord, grok = await asyncio.gather(
            _start(stack, "sandbox", "--port", str(port), "--bot-name", "Grok"), _start(stack, "sandbox.grok")
        )
        bot = await _spawn("bot", "run", environment=_bot_environment(discord[1], grok[1], folder))
        stack.push_async_callback(_stop, bot)
        connected = asyncio.Event()
        log = asyncio.create_task(_pass_on_log(bot, connected))
        stack.callback(log.cancel)
        await _until_connected(bot, connected)
        sys.stdout.write(f"\nGrokcord is running. Open this in a browser:\n\n    {discord[1]['page']}\n\n")
        sys.stdout.write("Type / to see what it can do. Ctrl-C stops everything.\n\n")
        sys.stdout.flush()
        await _until_over(stopping, {"local Discord": discord[0], "demo Grok server": grok[0], "bot": bot})
        sys.stdout.write("\nStopping ...\n")


def _bot_environment(discord: Ready, grok: Ready, folder: Path) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": discord["token"],
        "DISCORD_API_URL": discord["api"],
        "GROK_API_KEY": grok["key"],
        "GROK_BASE_URL": grok["base_url"],
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "MEDIA_DIR": str(folder / "media"),
        "LOG_LEVEL": "INFO",  # the line "connected as" is waited for
        "LOG_FORMAT": "text",
    }


async def _start(stack: AsyncExitStack, module: str, *arguments: str) -> tuple[Process, Ready]:
    """Start a server that announces itself with one line of JSON."""
    process = await _spawn(module, *arguments, stdout=PIPE)
    stack.push_async_callback(_stop, process)
    if process.stdout is None:
        raise DemoFailedError(f"{module} has no output")
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            line = await process.stdout.readline()
        return process, json.loads(line)
    except (TimeoutError, ValueError) as failed:
        raise DemoFailedError(f"{module} did not start (its messages stand above)") from failed


async def _spawn(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None, stdout: int | None = None
) -> Process:
    """Start a process in a session of its own, so that Ctrl-C reaches only this one, which stops them in order."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=DEVNULL,
        stdout=stdout,
        stderr=PIPE if module == "bot" else None,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )


async def _pass_on_log(bot: Process, connected: asyncio.Event) -> None:
    """Copy the bot's log to ours, and note when it says that it is connected, or ends."""
    while bot.stderr is not None and (line := await bot.stderr.readline()):
        sys.stderr.buffer.write(line)
        sys.stderr.flush()
        if b"connected as" in line:
            connected.set()
    connected.set()


async def _until_connected(bot: Process, connected: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            await connected.wait()
    except TimeoutError as slow:
        raise DemoFailedError("the bot did not connect") from slow
    if bot.returncode is not None:
        raise DemoFailedError("the bot ended (its last message stands above)")


async def _until_over(stopping: asyncio.Event, processes: Mapping[str, Process]) -> None:
    stop = asyncio.create_task(stopping.wait())
    ends = {asyncio.create_task(process.wait()): name for name, process in processes.items()}
    done, _ = await asyncio.wait({stop, *ends}, return_when=asyncio.FIRST_COMPLETED)
    for task in {stop, *ends} - done:
        task.cancel()
    if stop not in done:
        raise DemoFailedError(f"the {ends[next(iter(done))]} ended by itself")


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
