"""`grokcord demo-cluster`: three processes of the bot that run as one, and what becomes of it when one is killed."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from asyncio.subprocess import Process
from contextlib import AsyncExitStack, suppress
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

SLOTS = 2
SHARDS = 4
_SERVING = re.compile(r"serving slot (\d+) of \d+, shards \(([\d, ]+)\)")


def run_demo_cluster(port: int) -> int:
    """Run until Ctrl-C; returns the exit code."""
    try:
        asyncio.run(_demo(port))
    except DemoFailedError as failed:
        sys.stderr.write(f"grokcord demo-cluster: {failed}\n")
        return 1
    return 0


async def _demo(port: int) -> None:
    stopping = told_to_stop()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grokcord-demo-")))
        postgres, discord, grok = await asyncio.gather(
            start_server(stack, "sandbox.postgres"),
            start_server(stack, "sandbox", "--port", str(port), "--bot-name", "Grok", "--shards", str(SHARDS)),
            start_server(stack, "sandbox.grok", "--admin-key"),
        )
        environment = {**bot_environment(discord[1], grok[1], postgres[1]["url"], folder), "SLOTS": str(SLOTS)}
        cast = await stack.enter_async_context(Cast(environment))
        await cast.until_complete()
        _tell(f"\nThree processes run as one bot. Open this in a browser:\n\n    {discord[1]['page']}\n")
        cast.tell_who_is_who()
        _tell("Ctrl-C stops everything.\n")
        servers = {"PostgreSQL": postgres[0], "local Discord": discord[0], "demo Grok server": grok[0]}
        await until_over(stopping, servers)
        _tell("\nStopping ...")


class Cast:
    """The bot's processes while it is entered: one for each slot, one that stands by, another when one is killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._processes: list[Process] = []
        self._watching: set[asyncio.Task[None]] = set()
        self._shards: dict[int, str] = {}
        self._holders: dict[int, int] = {}
        self._connected: set[int] = set()
        self._standing_by: list[int] = []
        self._settled = asyncio.Event()
        self._is_playing = False
        self._died_at_s = 0.0

    async def __aenter__(self) -> Cast:
        for _ in range(SLOTS + 1):
            await self._add()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await asyncio.gather(*(stop(process) for process in self._processes))

    async def until_complete(self) -> None:
        """Return when every slot is served and somebody stands by. Raises DemoFailedError."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._settled.wait()
        if not self._is_complete:
            raise DemoFailedError("the bot did not connect (its messages stand above)")
        self._is_playing = True

    def tell_who_is_who(self) -> None:
        """Say which process does what, and how to see one die."""
        for slot, pid in sorted(self._holders.items()):
            _tell(f"    process {pid}  serves slot {slot}: shards {self._shards[slot]} of {SHARDS}")
        for pid in self._standing_by:
            _tell(f"    process {pid}  stands by")
        servers = " and ".join(_server(int(shard)) for shard in self._shards[0].split(","))
        _tell(f"\nTo see one die:\n\n    kill -9 {self._holders[0]}\n")
        _tell(f"Then nobody answers in {servers}, until the process that stands by does: within 10 seconds.")

    async def _add(self) -> None:
        process = await start_bot(self._environment)
        self._processes.append(process)
        self._watching.add(asyncio.create_task(self._watch(process)))

    async def _watch(self, process: Process) -> None:
        """Follow a process to its end; when somebody killed it, let another one stand by."""
        await pass_on_log(process, lambda line: self._note(process.pid, line), f"[{process.pid}] ")
        if await process.wait() < 0 and self._is_playing:
            self._died_at_s = time.monotonic()
            self._standing_by = [pid for pid in self._standing_by if pid != process.pid]
            _tell(f"\n--- process {process.pid} was killed")
            await self._add()
        else:
            self._settled.set()

    @property
    def _is_complete(self) -> bool:
        return len(self._connected) == SLOTS and bool(self._standing_by)

    def _note(self, pid: int, line: str) -> None:
        if match := _SERVING.search(line):
            self._holders[int(match[1])], self._shards[int(match[1])] = pid, match[2]
            self._standing_by = [other for other in self._standing_by if other != pid]
        elif "standing by: all" in line:
            self._standing_by.append(pid)
            if self._is_playing:
                _tell(f"--- process {pid} stands by\n")
        elif "connected as" in line:
            self._connected.add(pid)
            if self._is_playing:
                slot = next(slot for slot, holder in self._holders.items() if holder == pid)
                waited_s = time.monotonic() - self._died_at_s
                _tell(f"--- process {pid} took over slot {slot}, {waited_s:.1f} s later; kill -9 {pid} ends it too")
        if self._is_complete:
            self._settled.set()


def _server(shard: int) -> str:
    """Return what the local Discord calls the server on a shard."""
    return f"Garden {shard + 1}" if shard else "Grok Garden"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
