"""`grokcord demo`: a local Discord, a demo Grok server and the very bot, as three processes on loopback."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from asyncio.subprocess import Process
from contextlib import AsyncExitStack
from pathlib import Path

from bot.demo_processes import (
    START_TIMEOUT_S,
    DemoFailedError,
    bot_environment,
    pass_on_log,
    start_bot,
    start_server,
    stop,
    told_to_stop,
    until_over,
)


def run_demo(port: int) -> int:
    """Run until Ctrl-C; returns the exit code."""
    try:
        asyncio.run(_demo(port))
    except DemoFailedError as failed:
        sys.stderr.write(f"grokcord demo: {failed}\n")
        return 1
    return 0


async def _demo(port: int) -> None:
    stopping = told_to_stop()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grokcord-demo-")))
        discord, grok = await asyncio.gather(
            start_server(stack, "sandbox", "--port", str(port), "--bot-name", "Grok"),
            start_server(stack, "sandbox.grok", "--admin-key"),
        )
        bot = await start_bot(bot_environment(discord[1], grok[1], f"sqlite:///{folder / 'demo.db'}", folder))
        stack.push_async_callback(stop, bot)
        connected = asyncio.Event()
        log = asyncio.create_task(_watch(bot, connected))
        stack.callback(log.cancel)
        await _until_connected(bot, connected)
        sys.stdout.write(f"\nGrokcord is running. Open this in a browser:\n\n    {discord[1]['page']}\n\n")
        sys.stdout.write("Type / to see what it can do. Ctrl-C stops everything.\n\n")
        sys.stdout.flush()
        await until_over(stopping, {"local Discord": discord[0], "demo Grok server": grok[0], "bot": bot})
        sys.stdout.write("\nStopping ...\n")


async def _watch(bot: Process, connected: asyncio.Event) -> None:
    """Pass the bot's log on, and note when it says that it is connected, or ends."""
    await pass_on_log(bot, lambda line: connected.set() if "connected as" in line else None)
    connected.set()


async def _until_connected(bot: Process, connected: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            await connected.wait()
    except TimeoutError as slow:
        raise DemoFailedError("the bot did not connect") from slow
    if bot.returncode is not None:
        raise DemoFailedError("the bot ended (its last message stands above)")
