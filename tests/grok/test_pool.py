"""Several upstreams as one: routing, failover, limits, rests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from bot import errors
from bot.grok.allowance import Allowance
from bot.grok.choosing import candidates
from bot.grok.pool import Pool
from bot.grok.types import (
    ImageRequest,
    MediaRef,
    Model,
    TextDelta,
    VideoEvent,
    VideoReady,
    VideoRequest,
    VideoSubmitted,
)
from tests.grok.pooled import answer, draws, empty_pool, refuse, says, upstream
from tests.grok.scripted import ASK, STOP, Body, Server, reply, sse

Answer = httpx.Response | Exception

DRAW = ImageRequest("grok-imagine", "a cat")
FILM = VideoRequest("grok-video", "a cat")

PASSING: dict[str, Callable[[], Answer]] = {
    "cannot be reached": lambda: httpx.ConnectError("closed"),
    "500": lambda: refuse("oops", 500),
    "429": empty_pool,
    "429 hidden in a 502": lambda: refuse("AppChatReverse: Chat failed, 429", 502),
    "429 hidden in a stream": lambda: reply(sse({"error": {"message": "x", "code": "rate_limit_exceeded"}})),
    "key refused": lambda: refuse("Invalid authentication token", 401),
    "out of credits": lambda: refuse("used all available credits", 429),
    "unknown model": lambda: refuse("The model `grok-4` does not exist", 400),
    "cut before the first byte": lambda: httpx.RemoteProtocolError("cut"),
    "200 with nothing": lambda: reply(""),
    "a gateway's page": lambda: reply("<html>Bad gateway</html>", status=502, kind="text/html"),
}


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
async def test_another_upstream_takes_over_before_the_first_byte(failure: Callable[[], Answer]) -> None:
    first, second = Server(failure(), refuse("no list", 404)), Server(says("second"))
    assert await answer(Pool([upstream("a", first), upstream("b", second, order=1)])) == "second"
    chats = [each for server in (first, second) for each in server.requests if each.url.path.endswith("completions")]
    assert len(chats) == 2
    assert first.time.slept == []  # the other one is the second attempt


async def test_after_the_first_byte_nobody_takes_over() -> None:
    first = Server(reply([sse("Hel", done=False).encode(), httpx.ReadError("cut")]))
    second = Server()
    events = Pool([upstream("a", first), upstream("b", second, order=1)]).stream_chat(ASK)
    assert await anext(events) == TextDelta("Hel")
    with pytest.raises(errors.UpstreamInterrupted):
        await anext(events)
    assert second.requests == []


@pytest.mark.parametrize(("message", "status"), [("bad field", 422), ("blocked by moderation", 400)])
async def test_what_is_wrong_with_the_request_is_wrong_everywhere(message: str, status: int) -> None:
    second = Server()
    with pytest.raises(errors.UpstreamError):
        await answer(Pool([upstream("a", Server(refuse(message, status))), upstream("b", second, order=1)]))
    assert second.requests == []


async def test_an_order_that_cannot_have_begun_goes_to_another_upstream() -> None:
    for failure in (httpx.ConnectError("closed"), empty_pool(), refuse("no", 401), refuse("busy", 503)):
        first, second = Server(failure), Server(draws())
        refs = await Pool([upstream("a", first), upstream("b", second, order=1)]).generate_images(DRAW)
        assert [ref.data is not None for ref in refs] == [True]
        assert (len(first.requests), len(second.requests)) == (1, 1)


HIDDEN_BUSY: dict[str, Callable[[], Answer]] = {
    "429": empty_pool,
    "429 hidden in a 502": lambda: refuse("AppChatReverse: Chat failed, 429", 502),
    "an error in a stream": lambda: reply(sse({"error": {"message": "No available tokens"}})),
    "an event that is an error": lambda: reply('event: error\ndata: {"error":"rate_limit_exceeded"}\n\n'),
    "an error in a body of 200": lambda: reply({"error": {"message": "Too many requests", "code": 429}}),
    "the text of a reply": lambda: reply(sse("No available tokens. Please try again later.", STOP)),
    "in Chinese": lambda: refuse("没有可用的账号，请稍后再试", 500),
    "in Chinese, in a stream": lambda: reply(sse({"error": {"message": "请求过于频繁"}})),
    "in Chinese, as text": lambda: reply(sse("当前无可用账号", STOP)),
}


@pytest.mark.parametrize("disguise", HIDDEN_BUSY.values(), ids=HIDDEN_BUSY)
async def test_an_empty_pool_is_known_in_every_disguise(disguise: Callable[[], Answer]) -> None:
    pool = Pool([upstream("a", Server(*[disguise() for _ in range(3)]))])
    with pytest.raises(errors.UpstreamRateLimited) as drawn:
        await pool.generate_images(DRAW)
    with pytest.raises(errors.UpstreamRateLimited) as filmed:
        await anext(Pool([upstream("a", Server(*[disguise() for _ in range(3)]))]).stream_video(FILM))
    assert (drawn.value.may_have_generated, filmed.value.may_have_generated) == (False, False)
    assert [rest.reason for rest in pool.resting()] == ["busy"]


MAY_HAVE_GENERATED: dict[str, Callable[[], Answer]] = {
    "cut": lambda: httpx.ReadError("cut"),
    "silence": lambda: httpx.ReadTimeout("slow"),
    "500": lambda: refuse("oops", 500),
    "a stream that ends": lambda: reply(sse("", done=False)),
}


@pytest.mark.parametrize("failure", MAY_HAVE_GENERATED.values(), ids=MAY_HAVE_GENERATED)
async def test_there_is_never_a_second_generation(failure: Callable[[], Answer]) -> None:
    second = Server()
    with pytest.raises(errors.UpstreamError):
        await Pool([upstream("a", Server(failure())), upstream("b", second, order=1)]).generate_images(DRAW)
    pool = Pool([upstream("a", Server(failure())), upstream("b", second, order=1)])
    with pytest.raises(errors.UpstreamError):
        async for _ in pool.stream_video(FILM):
            pass
    assert second.requests == []


async def test_the_order_of_the_list_decides_and_weights_among_equals() -> None:
    servers = [upstream("a", Server(), weight=3), upstream("b", Server()), upstream("c", Server(), order=1)]
    marks = [number / 400 for number in range(400)]
    drawn = [[each.name for each in candidates(servers, "chat", "m", lambda mark=mark: mark)] for mark in marks]  # type: ignore[misc]  # bound on purpose
    assert Counter(names[0] for names in drawn) == {"a": 300, "b": 100}
    assert {names[-1] for names in drawn} == {"c"}


async def test_models_go_where_they_are_served_under_the_name_they_have_there() -> None:
    one, two = Server(says("one")), Server(says("two"), says("two"))
    pool = Pool(
        [
            upstream("a", one, models=("grok-3*",)),
            upstream("b", two, models=("gpt-*",), names={"grok-9": "gpt-5"}, order=1),
        ]
    )
    assert [await answer(pool, model) for model in ("gpt-4", "grok-9", "grok-3-mini")] == ["two", "two", "one"]
    assert [server.sent()["model"] for server in (two, one)] == ["gpt-5", "grok-3-mini"]
    with pytest.raises(errors.UpstreamModelUnknown):
        await answer(pool, "claude")


async def test_kinds_go_where_they_are_asked_for() -> None:
    chats, draws_ = Server(), Server(draws())
    pool = Pool([upstream("a", chats, kinds=frozenset({"chat"})), upstream("b", draws_, order=1)])
    assert len(await pool.generate_images(DRAW)) == 1
    assert chats.requests == []


def test_an_allowance_counts_what_is_under_way_and_what_a_minute_brought() -> None:
    at_once, per_minute = Allowance(at_once=2), Allowance(per_minute=2)
    assert [at_once.enter(0) for _ in range(3)] == [True, True, False]
    at_once.leave()
    assert at_once.enter(0)
    assert [per_minute.enter(second) for second in (0, 10, 20)] == [True, True, False]
    assert per_minute.left_s(20) == 40
    assert per_minute.enter(60)


async def test_what_is_too_much_for_one_goes_to_the_next() -> None:
    first, second = Server(says("first"), says("first")), Server(says("second"))
    pool = Pool([upstream("a", first, at_once=1), upstream("b", second, order=1)])
    running = pool.stream_chat(ASK)
    assert await anext(running) == TextDelta("first")
    assert await answer(pool) == "second"
    await running.aclose()
    assert await answer(pool) == "first"


async def test_a_minutes_worth_of_requests_is_not_exceeded() -> None:
    server = Server(says("one"))
    pool = Pool([upstream("a", server, per_minute=1)])
    assert await answer(pool) == "one"
    with pytest.raises(errors.UpstreamResting) as resting:
        await answer(pool)
    assert 50 < (resting.value.retry_after_s or 0) <= 60


async def test_a_jobs_number_leads_back_to_its_upstream() -> None:
    done = {"id": "j 1", "status": "done", "video": {"url": "https://b.example.org/clip.mp4"}}
    one = Server(*[refuse("model not found", 404) for _ in range(9)])
    two = Server(refuse("no such endpoint", 404), reply({"request_id": "j 1"}), reply(done))
    pool = Pool([upstream("a", one), upstream("b", two, order=1)])
    events: list[VideoEvent] = []
    async with aclosing(pool.stream_video(FILM)) as stream:
        async for event in stream:
            events.append(event)
            break
    assert events == [VideoSubmitted("b/j 1")]
    ready = [event async for event in pool.follow_video("b/j 1")]
    assert isinstance(ready[-1], VideoReady)


async def test_a_number_without_a_name_belongs_to_the_first_and_one_of_a_removed_upstream_to_nobody() -> None:
    done = {"id": "j1", "status": "done", "video": {"url": "https://a.example.org/clip.mp4"}}
    first = Server(reply(done))
    pool = Pool([upstream("a", first), upstream("b", Server())])
    assert [type(event) async for event in pool.follow_video("j1")] == [VideoReady]
    with pytest.raises(errors.UpstreamJobGone):
        await anext(pool.follow_video("gone/j1"))


async def test_a_file_is_fetched_with_the_key_of_its_own_server_and_no_other(tmp_path: Path) -> None:
    picture = b"\xff\xd8\xff\xe0" + bytes(400)
    one, two = Server(), Server(httpx.Response(200, stream=Body([picture])))
    pool = Pool([upstream("a", one), upstream("b", two, order=1)])
    await pool.fetch(MediaRef(url="https://b.example.org/f.jpg"), tmp_path, kind="image", max_bytes=10_000)
    assert (one.requests, two.requests[0].headers["authorization"]) == ([], "Bearer key-of-b")


async def test_upstreams_on_one_host_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    picture = b"\xff\xd8\xff\xe0" + bytes(400)
    one, two = Server(), Server(httpx.Response(200, stream=Body([picture])))
    pool = Pool(
        [
            upstream("a", one, base_url="https://x.example.org/a/v1"),
            upstream("b", two, base_url="https://x.example.org/b/v1"),
        ]
    )
    await pool.fetch(MediaRef(url="https://x.example.org/b/f.jpg"), tmp_path, kind="image", max_bytes=10_000)
    assert two.requests[0].headers["authorization"] == "Bearer key-of-b"


def lists(*names: str) -> httpx.Response:
    return reply({"data": [{"id": name} for name in names]})


async def test_the_list_of_models_is_that_of_all_who_answer() -> None:
    pool = Pool(
        [
            upstream("a", Server(lists("grok-3", "grok-4"))),
            upstream("b", Server(*[httpx.ConnectError("closed") for _ in range(3)])),
            upstream("c", Server(lists("grok-4", "gpt-5", "secret")), models=("gpt-*",), names={"grok-9": "gpt-5"}),
        ]
    )
    assert await pool.models() == (Model("grok-3"), Model("grok-4"), Model("gpt-5"), Model("grok-9"))


async def test_one_accepted_key_is_enough_and_the_others_are_named(caplog: pytest.LogCaptureFixture) -> None:
    await Pool([upstream("a", Server(refuse("no", 401))), upstream("b", Server(lists("x")))]).verify()
    assert caplog.messages == ["does not answer as expected upstream=a error=UpstreamKeyRefused"]
    with pytest.raises(errors.UpstreamKeyRefused):
        await Pool([upstream(name, Server(refuse("no", 401))) for name in "ab"]).verify()


async def test_the_list_can_be_replaced_while_a_call_is_under_way() -> None:
    old, new = Server(reply(sse("still ", "old", STOP))), Server(says("new"))
    pool = Pool([upstream("a", old, identity="1")])
    running = pool.stream_chat(ASK)
    assert await anext(running) == TextDelta("still ")
    pool.replace([upstream("a", new, identity="2")])
    assert await answer(pool) == "new"
    assert [event.text async for event in running if isinstance(event, TextDelta)] == ["old"]
