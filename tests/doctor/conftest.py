"""A set-up in which nothing is wrong: the local Discord, the demo Grok server, and a bot that ran once."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.processes import ROOT, bot_environment, logged, running, serving

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of the doctor said."""

    code: int
    text: str
    checks: dict[str, dict[str, str]]

    @property
    def failed(self) -> list[str]:
        return [name for name, check in self.checks.items() if check["outcome"] == "failed"]

    def remedy(self, check: str) -> str:
        assert self.failed == [check], self.text
        assert self.code == 1
        return self.checks[check]["remedy"]


@dataclass(frozen=True, slots=True)
class Clinic:
    """Runs the doctor. environment: of the set-up in which nothing is wrong."""

    environment: dict[str, str]
    folder: Path

    async def run(self, *arguments: str, **changed: str) -> Report:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **self.environment, **changed}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "doctor", "--output", "json", *arguments,
            cwd=self.folder, env=environment, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        async with asyncio.timeout(TIMEOUT_S):
            out, err = await process.communicate()
        assert not err, err.decode()
        document: dict[str, Any] = json.loads(out)
        checks = {each["check"]: each for each in document["checks"]}
        assert document["ok"] == (process.returncode == 0)
        return Report(process.returncode or 0, out.decode(), checks)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    folder = tmp_path_factory.mktemp("clinic")
    async with (
        serving("sandbox") as discord,
        serving("sandbox.grok", "--image-s", "0.05", "--video-s", "0.2", "--first-token-s", "0") as grok,
    ):
        environment = bot_environment(discord, grok, folder)
        async with running("bot", "run", environment=environment, cwd=folder) as bot:
            await logged(bot, "connected as")
        yield Clinic(environment, folder)
