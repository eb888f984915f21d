"""Run worker processes that end with the work they do."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2]  # where `bot` is found, whatever folder the bot was started in
_CHUNK_BYTES = 256 * 1024


def worker_command(module: str) -> tuple[str, ...]:
    """Return what starts a module of this project as a worker, without the settings of the user's Python."""
    return (sys.executable, "-s", "-E", "-m", module)


@asynccontextmanager
async def worker(command: tuple[str, ...]) -> AsyncIterator[Process]:
    """Run a worker, without the bot's environment, in which its secrets stand; it is gone afterwards."""
    # A session of its own: Ctrl-C stops the bot, which finishes what it began.
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=FOLDER, env=_environment(), start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await asyncio.shield(_reaped(process))


async def _reaped(process: Process) -> None:
    """Wait until a worker is gone. What it wrote is read first: asyncio waits for the end of a pipe nobody reads."""
    if process.stdin:
        process.stdin.close()
    while process.stdout and await process.stdout.read(_CHUNK_BYTES):
        pass
    await process.wait()


def _environment() -> dict[str, str]:
    # LD_LIBRARY_PATH: some builds of Python are not found by their own libraries without it.
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"LC_ALL": "C.UTF-8", **kept}
