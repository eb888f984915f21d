"""The bot as a process against each kind of Grok server: it finds out how the server speaks, and does its whole job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.demo import Demo
from tests.e2e.orders import DONE, file_of, history, names, order, percents, phase, play
from tests.e2e.person import Json, Person, people, texts
from tests.e2e.processes import Stack, logged, stack
from tests.sandbox_grok.serving import png

pytestmark = pytest.mark.e2e

QUESTION, DRAWN, CHANGED, FILMED = "tell me of tides", "herons at dawn", "more autumn", "a slow river"
CHAT = "chat/completions"
JOB_S = 12  # a job is asked about every five seconds


@dataclass(frozen=True)
class Kind:
    """What is set for the bot, and where the orders are to arrive, each once."""

    dialect: str
    changes: str
    clips: str
    setting: str = "auto"


KINDS = [
    Kind("grok2api", CHAT, CHAT),
    Kind("grok2api-jobs", "images/edits", "videos"),
    Kind("grok2api-go", "images/edits", "videos/generations"),
    Kind("xai", "images/edits", "videos/generations"),
    # Its models are called as Grok's are, so that nobody would take it for OpenAI's.
    Kind("openai", "images/edits", "videos", setting="openai"),
]


@asynccontextmanager
async def bot_at(kind: Kind, folder: Path) -> AsyncIterator[tuple[Stack, Person]]:
    options = ("--dialect", kind.dialect, "--first-token-s", "0.1", "--image-s", "0.3", "--video-s", str(JOB_S))
    async with (
        stack(folder, grok_options=options, settings={"GROK_DIALECT": kind.setting}) as running,
        people(running.page) as who,
    ):
        yield running, who("you")


async def arrivals(running: Stack) -> dict[str, list[str]]:
    """Return where each thing was asked of the server, by its words."""
    found: dict[str, list[str]] = {}
    for row in await Demo(running).requests():
        said = str(row["body"])
        for words in (QUESTION, DRAWN, CHANGED, FILMED):
            if words in said:
                found.setdefault(words, []).append(row["path"].removeprefix("/v1/"))
    return found


async def ended(you: Person, channel: str, command: str, prompt: str, **wishes: object) -> Json:
    image = ("red.png", png(640, 480, "#c0392b")) if wishes.pop("changes", False) else None
    return await (await order(you, channel, command, prompt, image=image, **wishes)).over()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.dialect)
async def test_the_bot_does_its_whole_job(kind: Kind, tmp_path: Path) -> None:
    async with bot_at(kind, tmp_path) as (running, you):
        if kind.setting == "auto":
            await logged(running.bot, f"found out how the Grok server speaks dialect={kind.dialect}")
        place = await you.place("everything")
        answer, drawn, changed, filmed = await asyncio.gather(
            you.asked(place, QUESTION),
            ended(you, place, "imagine", DRAWN, count=2),
            ended(you, place, "imagine", CHANGED, changes=True),
            ended(you, place, "video", FILMED),
        )
        seen = percents(await history(you, filmed))
        clip, asked = await file_of(you, filmed), await arrivals(running)
        counted = await Demo(running).generated(FILMED)
    assert "demo Grok server" in texts(answer)
    assert [phase(card) for card in (drawn, changed, filmed)] == [DONE, DONE, DONE], texts(changed)
    assert (len(names(drawn)), len(names(changed))) == (2, 1)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3
    assert play(clip).frames > 0
    assert counted == {"begun": 1, "finished": 1, "abandoned": 0}
    assert asked == {QUESTION: [CHAT], DRAWN: ["images/generations"], CHANGED: [kind.changes], FILMED: [kind.clips]}
