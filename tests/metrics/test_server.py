from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import SettingError
from bot.grok.types import ChatMessage, ChatRequest, Finished, Resting, TextDelta
from bot.metrics.monitor import Monitor
from bot.metrics.probe import problem
from bot.metrics.server import serving
from bot.store.database import Database
from tests.metrics.fakes import Bot, Orders, Shard, Upstreams
from tests.metrics.scraping import Scrape, get, scrape

HERE = "127.0.0.1"
RESTS = Resting("main", "chat", 2e9, "busy", is_served=False)


async def ping() -> float:
    return 0.002


def watching(upstreams: Upstreams) -> Monitor:
    monitor = Monitor()
    monitor.watch_database(ping)
    monitor.watch_upstreams(upstreams, len)  # type: ignore[arg-type]  # of Grok it has what is called
    return monitor


async def test_a_bot_that_serves_is_healthy_and_ready() -> None:
    monitor = watching(Upstreams())
    async with serving(monitor, HERE, 0) as port:
        with monitor.watching(Bot()):
            assert await get(port, "/healthz") == (200, "application/json; charset=utf-8", '{"healthy": true}')
            assert await get(port, "/readyz") == (200, "application/json; charset=utf-8", '{"ready": true}')


async def missing(port: int) -> dict[str, str]:
    status, _kind, body = await get(port, "/readyz")
    told: dict[str, str] = json.loads(body).get("missing", {})
    assert (status == 503, json.loads(body)["ready"]) == (bool(told), not told)
    return told


async def test_a_database_that_hangs_keeps_nobody_waiting_for_ever() -> None:
    monitor = watching(Upstreams())
    async with serving(monitor, HERE, 0) as port, asyncio.timeout(30):
        with monitor.watching(Bot(orders=Orders({("clip", "queued"): 4}, is_silent=True))):
            assert await missing(port) == {}  # its ping is quick: nothing is counted for that
            status, _kind, body = await get(port, "/metrics")
    assert status == 200
    assert "grokcord_orders{" not in body
    assert "grokcord_build_info{" in body


async def test_what_is_missing_is_named() -> None:
    upstreams, bot = Upstreams(), Bot()
    monitor = watching(upstreams)
    async with serving(monitor, HERE, 0) as port:
        assert await missing(port) == {"discord": "not connected to the gateway"}
        with monitor.watching(bot):
            bot.ready = False
            assert await missing(port) == {"discord": "not connected to the gateway"}
            bot.ready, bot.shards[1] = True, Shard(closed=True)
            assert await missing(port) == {"discord": "1 of 2 shards not connected"}
            bot.shards[1].closed = False
            upstreams.rests = (RESTS,)
            assert await missing(port) == {"chat": "the breaker of every Grok server is open (busy)"}
            upstreams.rests = (
                Resting("a", "chat", 2e9, "busy", is_served=True),
                Resting("a", "video", 2e9, "busy", is_served=False),
            )
            assert await missing(port) == {}
        assert await missing(port) == {"discord": "not connected to the gateway"}


async def test_a_bot_that_only_begins_lives_and_is_not_ready() -> None:
    async with serving(Monitor(), HERE, 0) as port:
        assert (await get(port, "/healthz"))[0] == 200
        assert (await missing(port)).keys() == {"discord", "database", "chat"}
        assert (await scrape(port)).value("grokcord_ready", part="chat") == 0


async def test_a_database_that_fails_is_missing_and_the_rest_is_still_told(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")
    bot, monitor = Bot(orders=Orders({("clip", "queued"): 4})), watching(Upstreams())
    monitor.watch_database(database.ping)
    async with serving(monitor, HERE, 0) as port:
        with monitor.watching(bot):
            assert 0 < (await scrape(port)).value("grokcord_database_seconds") < 2
            assert await missing(port) == {}
            await database.close()
            bot.orders.by_state = None
            assert await missing(port) == {"database": "does not answer"}
            told = await scrape(port)
    assert told.value("grokcord_ready", part="database") == 0
    assert told.labelled("grokcord_database_seconds") == told.labelled("grokcord_orders") == {}
    assert told.value("grokcord_waiting", line="answers") == 2


async def test_a_moment_is_told_in_numbers() -> None:
    upstreams = Upstreams()
    upstreams.states = {("a", "chat"): "open", ("a", "video"): "half-open", ("b", "chat"): "closed"}
    bot = Bot(orders=Orders({("clip", "queued"): 4, ("picture", "queued"): 1, ("clip", "running"): 2}))
    monitor = watching(upstreams)
    async with serving(monitor, HERE, 0) as port:
        with monitor.watching(bot):
            told: Scrape = await scrape(port)
    expected = {
        ("grokcord_breaker_state", "upstream=a kind=chat"): 2,
        ("grokcord_breaker_state", "upstream=a kind=video"): 1,
        ("grokcord_breaker_state", "upstream=b kind=chat"): 0,
        ("grokcord_discord_429_total", ""): 3,
        ("grokcord_edits_total", ""): 41,
        ("grokcord_waiting", "line=answers"): 2,
        ("grokcord_waiting", "line=orders"): 5,
        ("grokcord_answers_under_way", ""): 1,
        ("grokcord_orders", "kind=clip state=running"): 2,
        ("grokcord_shard_latency_seconds", "shard=0"): 0.04,
        ("grokcord_ready", "part=discord"): 1,
    }
    found = {key: told.value(key[0], **dict(pair.split("=") for pair in key[1].split())) for key in expected}
    assert found == expected
    assert len(told.labelled("grokcord_shard_latency_seconds")) == 1  # the other is not known yet
    [(build, one)] = told.labelled("grokcord_build_info").items()
    assert one == 1
    assert {name for name, _ in build} == {"version", "python", "discordpy"}


async def test_two_bots_in_one_process_are_measured_apart() -> None:
    upstreams = Upstreams(TextDelta("heron"), Finished("stop"))
    first, second = Monitor(), Monitor()
    grok = first.watch_upstreams(upstreams, len)  # type: ignore[arg-type]  # as above
    async for _ in grok.stream_chat(ChatRequest("grok-4", (ChatMessage("user", "hi"),))):
        pass
    async with serving(first, HERE, 0) as one, serving(second, HERE, 0) as other:
        counted = [
            (await scrape(port)).value("grokcord_requests_total", kind="chat", outcome="ok") for port in (one, other)
        ]
    assert counted == [1, 0]


async def test_replies_with_429_are_counted_and_others_are_not() -> None:
    class Reply:
        def __init__(self, status_code: int) -> None:
            self.status_code = status_code

    monitor = Monitor()
    for status in (200, 429, 500, 429):
        await monitor.saw_reply(Reply(status))
    async with serving(monitor, HERE, 0) as port:
        assert (await scrape(port)).value("grokcord_upstream_429_total") == 2


async def test_a_port_or_an_address_that_cannot_be_had_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"^METRICS_PORT: another program has port {port} of 127.0.0.1 already$"):
            async with serving(Monitor(), HERE, port):
                pass
    with pytest.raises(SettingError, match=r"^METRICS_HOST: 203\.0\.113\.9 is no address"):
        async with serving(Monitor(), "203.0.113.9", 0):
            pass


async def test_nothing_but_the_three_pages_is_served() -> None:
    async with serving(Monitor(), HERE, 0) as port:
        assert (await get(port, "/"))[0] == 404


def test_the_probe_tells_a_bot_that_does_not_answer() -> None:
    with socket.socket() as closed:
        closed.bind((HERE, 0))
        port = closed.getsockname()[1]
        assert problem({"METRICS_PORT": str(port)}) == f"no answer from 127.0.0.1 port {port} (ConnectionRefusedError)"
    assert problem({}) == "METRICS_PORT is not set, so there is nobody to ask"


def test_a_bot_without_metrics_does_not_load_them() -> None:
    code = "import sys, bot.__main__; print({'prometheus_client', 'bot.metrics'} & {*sys.modules})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"
