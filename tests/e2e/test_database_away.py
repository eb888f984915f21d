"""PostgreSQL goes away and comes back under a running bot: answers come all the while, memory only with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.person import Json, Person, eventually, people, texts
from tests.e2e.processes import Stack, running, serving, stack
from tests.postgres import needs_postgres

pytestmark = [pytest.mark.e2e, needs_postgres]

QUICK = ("--first-token-s", "0.05", "--tokens-per-s", "300")
PROMPT = "[[tokens=5 rate=100]] "
OFF = "memory is off"


def show() -> list[Json]:
    return [{"name": "show", "type": 1, "options": []}]


async def asked_until(you: Person, channel: str, fits: Callable[[Json], bool]) -> Json:
    """Ask until an answer fits: a server that came back is noticed after a moment."""

    async def look() -> Json | None:
        answer = await you.asked(channel, f"{PROMPT}again")
        return answer if fits(answer) else None

    return await eventually(look, within_s=60, what="such an answer")


async def test_answers_come_without_memory_while_postgres_is_away_and_with_it_when_it_is_back(
    tmp_path: Path, postgres_folder: Path
) -> None:
    folder = ("--folder", str(postgres_folder))
    async with serving("sandbox.postgres", *folder) as database:
        url = database.announced["url"]
        async with stack(tmp_path, grok_options=QUICK, settings={"DATABASE_URL": url}) as processes:
            async with people(processes.page) as who:
                you, where = who("you"), await who("you").place("pond")
                await you.asked(where, f"{PROMPT}first")
                before = await you.asked(where, f"{PROMPT}second")
                assert "2 turns" in before["content"]
                assert await database.stop() == 0
                await _while_away(you, where, before)
                async with serving("sandbox.postgres", *folder, "--port", str(urlsplit(url).port)):
                    await _when_back(you, where, before)
                assert await processes.bot.stop() == 0  # it is away once more
            _nothing_leaked(processes, url)


async def _while_away(you: Person, where: str, before: Json) -> None:
    answer = await you.asked(where, f"{PROMPT}while away")
    assert OFF in answer["content"]
    assert "turns" not in answer["content"]
    bot_id = await you.bot_id()
    await you.say(where, f"<@{bot_id}> {PROMPT}a mention")
    await you.first(
        where, lambda row: row.get("message_reference") and OFF in row["content"], what="a mention's answer"
    )
    direct = await you.post("dms", {"recipient_id": bot_id})
    await you.say(direct["id"], f"{PROMPT}a direct message")
    await you.first(direct["id"], lambda row: OFF in row["content"], what="a direct message's answer")
    await you.press(before, "Regenerate")
    await you.whisper(where, "My memory is off for the moment")
    await you.command(where, "memory", show())

    async def both() -> bool:
        told = [row for row in await you.from_bot(where) if "My memory is off for the moment" in texts(row)]
        return len(told) == 2

    await eventually(both, what="the same said of /memory show")
    await you.press(answer, "Regenerate")
    await you.changed(answer, lambda row: "2/2" in str(row["components"]), what="a second version")


async def _when_back(you: Person, where: str, before: Json) -> None:
    answer = await asked_until(you, where, lambda row: OFF not in row["content"])
    assert "turns" in answer["content"]
    await you.command(where, "memory", show())
    shown = texts(await you.whisper(where, "go along with the next question"))
    assert "second" in shown
    assert "while away" not in shown
    await you.press(before, "Regenerate")
    await you.changed(before, lambda row: "2/2" in str(row["components"]), what="a second version")


def _nothing_leaked(processes: Stack, url: str) -> None:
    log = "".join(processes.bot.log)
    assert "PostgreSQL is away" in log
    assert "the database works again" in log
    assert str(urlsplit(url).password) not in log
    assert "Traceback" not in log


async def test_a_start_without_the_database_ends_in_one_line(tmp_path: Path) -> None:
    settings = {
        "DISCORD_TOKEN": "made-up",
        "GROK_API_KEY": "made-up",
        "DATABASE_URL": "postgresql://me:made-up-secret@127.0.0.1:1/memory",
    }
    async with running("bot", "run", environment=settings, cwd=tmp_path) as bot:
        assert await bot.process.wait() == 75
    assert bot.log == [
        "grokcord: PostgreSQL is away: nothing answers at the place that DATABASE_URL names, or the connection broke\n"
    ]
