"""`python -m bot run` where it cannot start: one line that says why, an exit code, and no secret in sight."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT, START_TIMEOUT_S, serving

pytestmark = pytest.mark.e2e

FAILED = 1
TRY_LATER = 75
MISCONFIGURED = 78

TOKEN = "made-up-token-5d1f"
KEY = "made-up-key-a27c"
NOWHERE = "http://127.0.0.1:9/v1"  # the discard port: nobody listens


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, and the lines of both its outputs."""

    code: int | None
    lines: list[str]


async def run_bot(folder: Path, settings: Mapping[str, str | None]) -> Ended:
    """Run the bot in a folder with nothing but these settings, until it ends."""
    ours = {"DISCORD_TOKEN": TOKEN, "GROK_API_KEY": KEY, "GROK_BASE_URL": NOWHERE, "DISCORD_API_URL": NOWHERE}
    given = {name: value for name, value in {**ours, **settings}.items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=folder,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given},
    )
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = (output + errors).decode()
    assert TOKEN not in text
    assert KEY not in text
    assert "Traceback" not in text
    return Ended(process.returncode, text.splitlines())


async def test_a_missing_token_is_named_on_one_line(tmp_path: Path) -> None:
    ended = await run_bot(tmp_path, {"DISCORD_TOKEN": None})
    assert ended.code == MISCONFIGURED
    assert len(ended.lines) == 1
    assert ended.lines[0].startswith("grokcord: DISCORD_TOKEN: is not set")


async def test_settings_are_read_from_the_folders_env_file_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MEMORY_TOKENS=many\nLOG_LEVEL=loud\n", encoding="utf-8")
    ended = await run_bot(tmp_path, {"MEMORY_TOKENS": "6000"})
    assert ended.code == MISCONFIGURED
    assert len(ended.lines) == 1
    assert ended.lines[0].startswith("grokcord: LOG_LEVEL: ")


async def test_a_malformed_address_is_named_and_not_repeated(tmp_path: Path) -> None:
    ended = await run_bot(tmp_path, {"GROK_BASE_URL": f"https://:{KEY}@example.org/v1"})
    assert ended.code == MISCONFIGURED
    assert ended.lines == ["grokcord: GROK_BASE_URL: must be a web address such as https://example.org/v1"]


async def test_a_database_that_cannot_be_opened_ends_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    ended = await run_bot(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path}/file/bot.db"})
    assert ended.code == FAILED
    assert len(ended.lines) == 1
    assert ended.lines[0].startswith("grokcord: ")


async def test_a_key_that_the_grok_server_refuses_ends_the_start(tmp_path: Path) -> None:
    async with serving("sandbox.grok", "--key", "another") as grok:
        ended = await run_bot(tmp_path, {"GROK_BASE_URL": grok.announced["base_url"]})
    assert ended == Ended(MISCONFIGURED, ["grokcord: GROK_API_KEY: the Grok server refuses it"])


async def test_a_token_that_discord_refuses_ends_the_start(tmp_path: Path) -> None:
    async with serving("sandbox") as discord, serving("sandbox.grok", "--key", KEY) as grok:
        places = {"DISCORD_API_URL": discord.announced["api"], "GROK_BASE_URL": grok.announced["base_url"]}
        ended = await run_bot(tmp_path, places)
    assert ended.code == MISCONFIGURED
    assert ended.lines[-1] == "grokcord: DISCORD_TOKEN: Discord refuses it"


async def test_a_grok_server_that_is_away_does_not_keep_the_bot_from_discord(tmp_path: Path) -> None:
    async with serving("sandbox") as discord:
        ended = await run_bot(tmp_path, {"DISCORD_API_URL": discord.announced["api"]})
    assert ended.code == MISCONFIGURED
    assert any("starting all the same" in line for line in ended.lines)
    assert ended.lines[-1] == "grokcord: DISCORD_TOKEN: Discord refuses it"
