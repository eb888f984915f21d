"""A real bot under load, scraped: its figures are those that Discord and the Grok server counted themselves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo
from tests.e2e.orders import DONE, order, phase
from tests.e2e.person import Person, eventually, people, said
from tests.e2e.processes import Stack, bot_environment, logged, running, stack
from tests.metrics.scraping import Scrape, get, scrape

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

QUICK = ("--first-token-s", "0.2", "--tokens-per-s", "200", "--image-s", "0.3", "--video-s", "1")
SECRET_WORDS = "my aunt keeps quokkas"


def free_port() -> int:
    with socket.socket() as lent:
        lent.bind(("127.0.0.1", 0))
        port: int = lent.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Measured:
    programs: Stack
    port: int
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Measured]:
    folder, port = tmp_path_factory.mktemp("measured"), free_port()
    (folder / ".env").write_text("LOG_LEVEL=DEBUG\n", encoding="utf-8")
    settings = {"METRICS_PORT": str(port), "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}
    async with stack(folder, grok_options=QUICK, settings=settings) as programs:
        yield Measured(programs, port, folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(measured: Measured) -> AsyncIterator[Person]:
    async with people(measured.programs.page) as who:
        yield who("you")


async def ready(port: int) -> bool:
    return (await get(port, "/readyz"))[0] == 200


async def settled(port: int) -> Scrape:
    """Return a scrape while nothing is under way."""

    async def look() -> Scrape | None:
        told = await scrape(port)
        return told if told.value("grokcord_answers_under_way") == 0 else None

    return await eventually(look, what="a bot at rest")


async def test_asks_and_orders_add_up(measured: Measured, you: Person) -> None:
    await eventually(lambda: ready(measured.port), what="readiness")
    before = await settled(measured.port)
    channel = await you.place("measured")
    answers = [await you.asked(channel, f"{SECRET_WORDS} [[tokens=40 rate=200]]") for _ in range(3)]
    stopped = await you.ask(channel, "[[tokens=400 rate=20]]")
    writing = await you.first(
        channel, lambda row: row.get("interaction_metadata", {}).get("id") == stopped and said(row), what="first words"
    )
    await you.press(writing, "Stop")
    await you.answer(channel, stopped)
    for command, prompt in (("imagine", SECRET_WORDS), ("video", SECRET_WORDS)):
        card = await (await order(you, channel, command, prompt)).over()
        assert phase(card) == DONE
    await logged(measured.programs.bot, "an order ended order=1 ")
    await logged(measured.programs.bot, "an order ended order=2 ")  # the card is done before that is written down
    after = await settled(measured.port)

    def grown(name: str, **labels: str) -> float:
        return after.value(f"grokcord_{name}", **labels) - before.value(f"grokcord_{name}", **labels)

    assert grown("requests_total", kind="chat", outcome="ok") == 3
    assert grown("requests_total", kind="chat", outcome="given_up") == 1
    assert grown("requests_total", kind="image", outcome="ok") == 1
    assert grown("requests_total", kind="video", outcome="ok") == 1
    assert grown("first_token_seconds_count") == 4
    assert grown("first_token_seconds_sum") >= 4 * 0.2
    assert grown("request_seconds_count", kind="chat") == 3
    assert grown("request_seconds_bucket", kind="chat", le="+Inf") == 3
    assert grown("tokens_relayed_total") >= sum(len(said(each)) for each in answers) / 4
    for kind in ("picture", "clip"):
        assert grown("orders", kind=kind, state="done") == 1
    assert after.value("grokcord_waiting", line="orders") == after.value("grokcord_waiting", line="answers") == 0
    assert set(after.labelled("grokcord_breaker_state").values()) == {0}
    assert after.value("grokcord_database_seconds") > 0
    assert after.value("process_resident_memory_bytes") > 1e6


async def test_edits_are_as_many_as_discord_took(measured: Measured, you: Person) -> None:
    await you.asked(await you.place("edits"), "[[tokens=60 rate=60]]")
    told = await settled(measured.port)
    taken = [row for row in await you.requests() if row["method"] == "PATCH" and "/messages/" in row["path"]]
    assert told.value("grokcord_edits_total") == sum(row["status"] < 300 for row in taken) > 3


async def test_what_either_side_refuses_with_429_is_counted(measured: Measured, you: Person) -> None:
    before = await settled(measured.port)
    await Demo(measured.programs).next("notokens")
    limited = {"message": "You are being rate limited.", "retry_after": 0.1, "global": False}
    refusal = {"status": 429, "body": limited, "headers": {"Retry-After": "0.1", "Via": "1.1 test"}}
    await you.control("faults", {"method": "PATCH", "path": "/messages/", **refusal})
    await you.asked(await you.place("refused"), "[[tokens=40 rate=40]]")
    after = await settled(measured.port)
    for side in ("upstream", "discord"):
        assert after.value(f"grokcord_{side}_429_total") - before.value(f"grokcord_{side}_429_total") == 1


async def test_the_labels_hold_nothing_of_people_and_are_few(measured: Measured, you: Person) -> None:
    text = (await get(measured.port, "/metrics"))[2]
    channel = await you.channel("general")
    assert not any(word in text for word in ("quokka", you.user_id, channel, "grok-3"))
    assert len(text.splitlines()) < 400


async def test_the_log_of_all_that_holds_ids_and_nothing_that_was_said(measured: Measured, you: Person) -> None:
    programs = measured.programs
    channel = await you.place("log")
    interaction = await you.ask(channel, f"{SECRET_WORDS} [[tokens=30 rate=100]]")
    answer = await you.answer(channel, interaction)
    ordered = await order(you, channel, "imagine", f"{SECRET_WORDS} too")
    await ordered.over()

    async def both_ended() -> list[dict[str, str]] | None:
        rows = [json.loads(line) for line in programs.bot.log]
        is_answered = any(row["message"].startswith("answered") and row["answer"] in str(answer) for row in rows)
        return rows if is_answered and str(rows).count("ordered order=") == str(rows).count("an order ended") else None

    lines = await eventually(both_ended, what="both ends in the log")
    [answered] = [
        row for row in lines if row["message"].startswith("answered") and row.get("interaction") == interaction
    ]
    assert (answered["channel"], answered["answer"].isdecimal()) == (channel, True)
    [placed] = [
        row for row in lines if row["message"].startswith("ordered") and row.get("interaction") == ordered.interaction
    ]
    order_id = placed["message"].partition("order=")[2].split()[0]
    assert any(row["message"].startswith("an order ended") and row["order"] == order_id for row in lines)
    whole = "".join(programs.bot.log)
    hidden = ["quokka", said(answer)[:20], programs.discord.announced["token"], programs.grok.announced["key"]]
    assert [word for word in hidden if not word or word in whole] == []
    tokens = [
        row["path"].split("/webhooks/")[1].split("/")[1] for row in await you.requests() if "/webhooks/" in row["path"]
    ]
    assert tokens
    assert not any(token in whole for token in tokens)


async def test_a_hangup_applies_the_level_of_the_env_file(measured: Measured, tmp_path: Path) -> None:
    programs = measured.programs
    environment = bot_environment(programs.discord, programs.grok, tmp_path)
    del environment["LOG_LEVEL"]
    (tmp_path / ".env").write_text("LOG_LEVEL=INFO\n", encoding="utf-8")
    async with running("bot", "run", environment=environment, cwd=tmp_path) as bot:
        await logged(bot, "connected as")
        (tmp_path / ".env").write_text("LOG_LEVEL=loud\n", encoding="utf-8")
        os.kill(bot.pid, signal.SIGHUP)
        await logged(bot, "nothing was changed: LOG_LEVEL: must be one of DEBUG, INFO, WARNING, ERROR")
        (tmp_path / ".env").write_text("LOG_LEVEL=WARNING\n", encoding="utf-8")
        os.kill(bot.pid, signal.SIGHUP)
        await logged(bot, "log level is WARNING")
        length = len(bot.log)
        assert await bot.stop() == 0
        assert not any(" INFO " in line for line in bot.log[length:])


async def probe(port: int) -> tuple[int | None, str]:
    """Run the command of the Dockerfile's health check."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.metrics.probe"),
        env={**os.environ, "METRICS_PORT": str(port), "METRICS_HOST": "0.0.0.0"},  # noqa: S104  # as the image has it
        stderr=PIPE,
    )
    _output, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_the_health_check_of_the_image_tells_a_bot_that_lives_from_one_that_hangs(measured: Measured) -> None:
    assert await probe(measured.port) == (0, "")
    bot = measured.programs.bot
    os.kill(bot.pid, signal.SIGSTOP)
    try:
        code, said_why = await probe(measured.port)
    finally:
        os.kill(bot.pid, signal.SIGCONT)
    assert (code, said_why) == (1, f"grokcord: no answer from 0.0.0.0 port {measured.port} (TimeoutError)\n")


async def test_a_port_that_is_taken_ends_the_start_with_one_line(measured: Measured, tmp_path: Path) -> None:
    programs = measured.programs
    settings = {**bot_environment(programs.discord, programs.grok, tmp_path), "METRICS_PORT": str(measured.port)}
    async with running("bot", "run", environment=settings, cwd=tmp_path) as second:
        async with asyncio.timeout(30):
            code = await second.process.wait()
        await eventually(lambda: _any(second.log), what="its line")
    told = f"grokcord: METRICS_PORT: another program has port {measured.port} of 127.0.0.1 already\n"
    assert (code, second.log) == (78, [told])


async def _any(log: list[str]) -> bool:
    return bool(log)


async def test_readiness_ends_when_discord_goes_away(measured: Measured) -> None:
    programs = measured.programs
    await eventually(lambda: ready(measured.port), what="readiness")
    await programs.discord.stop()

    async def discord_is_missing() -> bool:
        status, _kind, body = await get(measured.port, "/readyz")
        return status == 503 and "not connected" in json.loads(body)["missing"]["discord"]

    await eventually(discord_is_missing, what="the end of readiness")
    assert (await get(measured.port, "/healthz"))[0] == 200
