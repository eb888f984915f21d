"""Clips by order number: what another process needs to go on with one, and stills that are told early."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamError,
    UpstreamJobGone,
    UpstreamKeyRefused,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from bot.grok.types import MediaRef, VideoEvent, VideoPoster, VideoProgress, VideoReady, VideoSubmitted
from tests.grok.scripted import STOP, Server, reply, sse
from tests.grok.test_video import CAT, CLIP, HTML, NO_CHAT, POSTER, URL, film

STILL = MediaRef(POSTER)
DONE = {"status": "done", "video": {"url": URL}}


async def gathered(stream: AsyncGenerator[VideoEvent, None]) -> list[VideoEvent]:
    async with aclosing(stream) as events:
        return [event async for event in events]


async def failure(stream: AsyncGenerator[VideoEvent, None]) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await gathered(stream)
    return caught.value


async def test_whoever_leaves_at_the_number_asks_for_nothing_more() -> None:
    server = Server(reply(NO_CHAT, status=400), reply({"request_id": "7"}))
    async with aclosing(server.client().stream_video(CAT)) as events:
        assert await anext(events) == VideoSubmitted("7")
    assert server.paths == ["/chat/completions", "/videos/generations"]
    assert server.time.slept == []


async def test_another_process_goes_on_with_the_number() -> None:
    server = Server(reply({"status": "pending", "progress": 40}), reply(DONE))
    assert await gathered(server.client().follow_video("a/b")) == [VideoProgress(40.0), VideoReady(CLIP)]
    assert [request.url.raw_path for request in server.requests] == [b"/grok/v1/videos/a%2Fb"] * 2
    assert {request.method for request in server.requests} == {"GET"}
    assert server.time.slept == [5.0]  # the first look waits for nothing


async def test_a_followed_job_without_an_address_is_fetched_by_its_number() -> None:
    server = Server(reply({"status": "completed"}))
    content = MediaRef("https://grok.example.org/grok/v1/videos/a%2Fb/content")
    assert await gathered(server.client().follow_video("a/b")) == [VideoReady(content)]


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Not Found"},
        # The proxy says so of a missing file and a missing job alike.
        {"error": {"message": "Video not found", "type": "not_found_error", "code": "model_not_found"}},
    ],
)
async def test_a_job_nobody_knows_any_more_is_gone(status: int, body: dict[str, object]) -> None:
    error = await failure(Server(*[reply(body, status=status) for _ in range(5)]).client().follow_video("7"))
    assert (type(error), error.status, error.may_have_generated) == (UpstreamJobGone, status, True)


async def test_a_job_forgotten_while_it_is_watched_is_gone() -> None:
    server = Server(reply({"status": "pending"}), reply({"detail": "Not Found"}, status=404))
    assert isinstance(await failure(server.client().follow_video("7")), UpstreamJobGone)


MISSING = {"error": {"message": "Video not found", "code": "not_found"}}


def ordered(*looks: httpx.Response) -> Server:
    """Return a server that takes an order by number, and what it answers then."""
    return Server(reply(NO_CHAT, status=400), reply({"request_id": "7"}), *looks)


async def test_a_job_that_is_ordered_just_now_may_be_unknown_for_a_moment() -> None:
    server = ordered(reply(MISSING, status=404), reply(MISSING, status=404), reply(DONE))
    assert await gathered(server.client().stream_video(CAT)) == [VideoSubmitted("7"), VideoReady(CLIP)]


async def test_a_job_that_is_followed_right_after_its_order_may_be_unknown_for_a_moment() -> None:
    server = Server(*[reply(MISSING, status=404) for _ in range(4)], reply(DONE))
    assert await gathered(server.client().follow_video("7")) == [VideoReady(CLIP)]


async def test_a_job_that_stays_unknown_is_gone() -> None:
    server = ordered(*[reply(MISSING, status=404) for _ in range(9)])
    error = await failure(server.client().stream_video(CAT))
    assert (type(error), error.may_have_generated) == (UpstreamJobGone, True)
    assert len(server.requests) == 2 + 5


async def test_a_job_that_was_seen_and_is_unknown_then_is_gone_at_once() -> None:
    seen, unseen = reply({"status": "pending"}), reply(MISSING, status=404)
    server = ordered(seen, unseen, reply(DONE))
    assert isinstance(await failure(server.client().stream_video(CAT)), UpstreamJobGone)


async def test_a_clip_is_looked_for_in_time_however_long_the_server_asks_to_wait() -> None:
    busy = reply({"error": {"message": "slow down"}}, status=429, retry_after="86400")
    server = Server(busy, reply(DONE))
    assert await gathered(server.client().follow_video("7")) == [VideoReady(CLIP)]
    assert max(server.time.slept) == 60


async def test_the_page_of_a_gateway_does_not_say_that_a_job_is_gone() -> None:
    page = "<html><h1>404 Not Found</h1></html>"
    server = Server(reply(page, status=404, kind="text/html"), httpx.ConnectError("away"), reply(DONE))
    assert await gathered(server.client().follow_video("7")) == [VideoReady(CLIP)]


async def test_a_followed_job_is_given_up_after_the_deadline() -> None:
    server = Server(*[reply({"status": "in_progress"}) for _ in range(200)])
    assert isinstance(await failure(server.client().follow_video("7")), UpstreamTimeout)


FAILURES = {
    "failed": (reply({"status": "failed", "error": {"message": "it broke"}}), UpstreamUnavailable),
    "withheld": (reply({"status": "done", "video": {"respect_moderation": False}}), UpstreamBlocked),
    "key": (reply({"error": "no"}, status=401), UpstreamKeyRefused),
    "refused": (reply({"error": "no"}, status=422), UpstreamRefused),
    "nonsense": (reply("[]", kind="application/json"), UpstreamUnavailable),
}


@pytest.mark.parametrize(("answer", "kind"), FAILURES.values(), ids=FAILURES.keys())
async def test_what_fails_after_a_number_was_given_may_have_been_made(
    answer: httpx.Response, kind: type[UpstreamError]
) -> None:
    error = await failure(Server(answer).client().follow_video("7"))
    assert (type(error), error.may_have_generated) == (kind, True)


async def test_an_order_answered_with_nonsense_is_not_sent_again() -> None:
    server = Server(reply(NO_CHAT, status=400), reply("nonsense", kind="text/plain"))
    error = await failure(server.client().stream_video(CAT))
    assert error.may_have_generated
    assert len(server.requests) == 2


# stills


POSTERS: list[dict[str, object]] = [
    {"thumbnail": POSTER},
    {"preview_image_url": POSTER},
    {"poster": {"url": POSTER}},
    {"video": {"thumbnail_url": POSTER}},
    {"video": {"poster": "/v1/files/image/a.jpg"}},
]


@pytest.mark.parametrize("told", POSTERS)
async def test_a_still_is_told_once_before_the_clip(told: dict[str, object]) -> None:
    pending = {"status": "pending", "progress": 60, **told}
    server = Server(reply(pending), reply(pending), reply(DONE))
    events = await gathered(server.client().follow_video("7"))
    assert events == [VideoProgress(60.0), VideoPoster(STILL), VideoProgress(60.0), VideoReady(CLIP, STILL)]


async def test_a_still_told_with_the_clip_is_only_its_poster() -> None:
    done = {"status": "done", "video": {"url": URL, "thumbnail": POSTER}}
    assert await gathered(Server(reply(done)).client().follow_video("7")) == [VideoReady(CLIP, STILL)]


EARLY = {
    "image tag": [f'<img src="{POSTER}">\n'],
    "image in Markdown": [f"![preview]({POSTER})\n"],
    "cut anywhere": list(f"![preview]({POSTER})\n"),
    "inside the thinking": ["<think>\n", f"![preview]({POSTER})\n", "</think>\n"],
}


@pytest.mark.parametrize("pieces", EARLY.values(), ids=EARLY.keys())
async def test_a_still_in_a_chat_reply_is_told_before_the_end(pieces: list[str]) -> None:
    events = await film(Server(reply(sse("50%\n", *pieces, "90%\n", f"{URL}\n", STOP))).client())
    assert events == [VideoProgress(50.0), VideoPoster(STILL), VideoProgress(90.0), VideoReady(CLIP, STILL)]


async def test_no_still_is_told_where_it_comes_with_the_clip() -> None:
    assert await film(Server(reply(sse("50%\n", HTML, STOP))).client()) == [
        VideoProgress(50.0),
        VideoReady(CLIP, STILL),
    ]


async def test_a_still_is_no_clip() -> None:
    server = Server(reply(sse("50%\n", f"![preview]({POSTER})\n", STOP)))
    error = await failure(server.client().stream_video(CAT))
    assert (type(error), error.message) == (UpstreamBlocked, "")
