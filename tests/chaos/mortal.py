"""Bots that are killed without warning, and others that come after them."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.person import Json, eventually
from tests.e2e.processes import ROOT, running

PATIENCE_S = 60.0

_MARK = "Grokcord: a Discord bot for Grok."


@dataclass(slots=True)
class Life:
    """One process of a bot. code: what it ended with."""

    pid: int
    log: Path
    code: int | None = None
    died: asyncio.Event = field(default_factory=asyncio.Event)

    async def kill(self) -> None:
        """End it without warning. Raises AssertionError when it had ended by itself."""
        assert self.code is None, self.told()
        os.kill(self.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            await self.died.wait()
        assert self.code == -signal.SIGKILL, self.told()

    def told(self) -> str:
        """Return what it has logged."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def logged(self, text: str, within_s: float = PATIENCE_S) -> None:
        """Wait until it has logged something."""

        async def look() -> bool:
            assert self.code is None, self.told()
            return text in self.told()

        await eventually(look, within_s=within_s, what=f"{text!r} in the log of {self.pid}")


class Nursery:
    """Where bots of one program with the same settings come from; see `tests.chaos.nursery`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._born: asyncio.Queue[Life] = asyncio.Queue()
        self.lives: list[Life] = []

    async def bear(self) -> Life:
        """Start one more bot."""
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(PATIENCE_S):
            return await self._born.get()

    async def ready(self) -> None:
        """Wait until the program is loaded."""
        async with asyncio.timeout(PATIENCE_S):
            assert "ready" in await self._line()

    async def listen(self) -> None:
        """Take note of births and deaths until there are no more."""
        while facts := await self._line():
            if "born" in facts:
                life = Life(facts["born"], Path(facts["log"]))
                self.lives.append(life)
                self._born.put_nowait(life)
            else:
                life = next(each for each in self.lives if each.pid == facts["died"])
                life.code = facts["code"]
                life.died.set()

    def incidents(self) -> list[str]:
        """Return the logs that tell of errors nobody foresaw."""
        logs = [life.told() for life in self.lives]
        return [log for log in logs if "incident=" in log or "Traceback" in log]

    async def _line(self) -> Json:
        if self._process.stdout is None:
            raise RuntimeError("no output")
        line = await self._process.stdout.readline()
        return dict(json.loads(line)) if line else {}


@asynccontextmanager
async def nursery(
    settings: Mapping[str, str], folder: Path, source: Path = ROOT, *options: str
) -> AsyncIterator[Nursery]:
    """Load the program of a source tree, to be run in a folder."""
    environment = {**settings, "PYTHONPATH": os.pathsep.join((str(source), str(ROOT)))}
    async with running("tests.chaos.nursery", *options, environment=environment, cwd=folder) as run:
        home = Nursery(run.process)
        await home.ready()
        listening = asyncio.create_task(home.listen())
        try:
            yield home
        finally:
            await run.stop()
            await listening


def upgraded(folder: Path) -> Path:
    """Return a copy of the program as a later release would be: other texts, other functions, another version."""
    source = folder / "later"
    for package in ("bot", "cogs"):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    admit = "        async def admit(order_id: int, line: str) -> None:\n"
    changes = (
        ("bot/__init__.py", _MARK, f"{_MARK} A later version."),
        ("bot/services/jobs.py", admit, f"{admit}            assert order_id  # a later version looks twice\n"),
        ("bot/services/quota.py", '"""Set nothing aside."""', '"""Set nothing aside, as before."""'),
    )
    for name, before, after in changes:
        file = source / name
        text = file.read_text()
        assert before in text, name
        file.write_text(text.replace(before, after))
    return source
