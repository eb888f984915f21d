"""`grokcord demo-cluster` as somebody meets it who wants to see a process die."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from tests.e2e.cluster import Town
from tests.e2e.person import people
from tests.e2e.processes import ROOT
from tests.postgres import needs_postgres

pytestmark = [pytest.mark.e2e, needs_postgres]

PATIENCE_S = 60.0


async def line_with(output: StreamReader, pattern: str) -> re.Match[str]:
    """Return where the next line that fits does."""
    async with asyncio.timeout(PATIENCE_S):
        while line := await output.readline():
            if found := re.search(pattern, line.decode()):
                return found
    raise AssertionError(f"the demo ended without {pattern!r}")


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [found for child in children for found in (int(child), *descendants(int(child)))]


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


async def test_the_command_it_prints_kills_a_process_and_the_standby_takes_over() -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo-cluster"), cwd=ROOT, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
    )
    assert demo.stdout is not None
    try:
        page = (await line_with(demo.stdout, r"http://\S+"))[0]
        standby = (await line_with(demo.stdout, r"process (\d+)  stands by"))[1]
        victim = int((await line_with(demo.stdout, r"^    kill -9 (\d+)$"))[1])
        os.kill(victim, signal.SIGKILL)
        await line_with(demo.stdout, rf"process {victim} was killed")
        await line_with(demo.stdout, rf"process {standby} took over slot 0")
        async with people(page) as who:
            town = await Town.enter(who("you"))
            await town.ask(0, 1, 2, 3)
        started = descendants(demo.pid)
    finally:
        demo.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            code = await demo.wait()
    assert code == 0
    assert len(started) > 6  # three servers, three bots, and PostgreSQL's own processes
    assert alive(started) == []
