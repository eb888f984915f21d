from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

import httpx
import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)
from bot.grok.client import GrokClient
from bot.grok.types import InlineImage, MediaRef, VideoEvent, VideoProgress, VideoReady, VideoRequest, VideoSubmitted
from tests.grok.scripted import STOP, Server, chunk, reply, sse

URL = "https://grok.example.org/grok/v1/files/video/a.mp4"
POSTER = "https://grok.example.org/grok/v1/files/image/a.jpg"
CLIP = MediaRef(URL)
CAT = VideoRequest("grok-imagine-1.0-video", "a cat")
FULL = VideoRequest("v", "a cat", InlineImage(b"\x89PNG", "image/png"), "9:16", 10, "720p")
HTML = f'<video id="video" controls="" poster="{POSTER}">\n  <source id="mp4" src="{URL}" type="video/mp4">\n</video>'
NO_PATH = {"detail": "Not Found"}
NO_CHAT = {"error": {"message": "...", "code": "unsupported_parameter"}}


async def film(client: GrokClient, request: VideoRequest = CAT) -> list[VideoEvent]:
    async with aclosing(client.stream_video(request)) as events:
        return [event async for event in events]


def percents(events: list[VideoEvent]) -> list[float | None]:
    return [event.percent for event in events if isinstance(event, VideoProgress)]


async def test_a_clip_is_ordered_by_chat_and_counted_up() -> None:
    stream = sse(
        chunk("", role="assistant"), "正在生成视频中，当前进度1%\n", "正在生成视频中，当前进度50%\n", HTML, STOP
    )
    server = Server(reply(stream))
    events = await film(server.client())
    assert events == [VideoProgress(1.0), VideoProgress(50.0), VideoReady(CLIP, MediaRef(POSTER))]
    assert server.paths == ["/chat/completions"]
    assert server.sent() == {
        "model": "grok-imagine-1.0-video",
        "messages": [{"role": "user", "content": "a cat"}],
        "stream": True,
    }


async def test_every_wish_that_was_set_is_sent() -> None:
    server = Server(reply(sse(HTML, STOP)))
    await film(server.client(), FULL)
    assert server.sent()["video_config"] == {
        "aspect_ratio": "9:16",
        "size": "720x1280",
        "video_length": 10,
        "seconds": 10,
        "resolution_name": "720p",
    }
    assert server.sent()["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a cat"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
            ],
        }
    ]


SHAPES: dict[str, tuple[str, list[float | None]]] = {
    "inline thinking": (
        sse("<think>\n[round=1/1] progress=25%\n", "[round=1/1] progress=60%\n", "\n</think>\n", HTML, STOP),
        [25.0, 60.0],
    ),
    "reasoning": (sse(chunk(reasoning_content="视频正在生成 25%\n"), f"{URL}\n", STOP), [25.0]),
    "numbers cut": (sse("当前进度2", "5", "%\n", HTML, STOP), [25.0]),
    "goes back and repeats": (sse("50%\n", "50%\n", "40%\n", HTML, STOP), [50.0, 50.0, 40.0]),
    "no progress": (sse(HTML, STOP), []),
    "bare address": (sse(f"{URL}\n", STOP), []),
    "markdown": (sse(f"[video]({URL})", STOP), []),
    "video tag only": (sse(f'<video controls src="{URL}"></video>', STOP), []),
    "html cut anywhere": (sse(*HTML, STOP), []),
    "relative": (sse('<source src="/v1/files/video/a.mp4">', STOP), []),
    "whole": ('{"choices":[{"message":{"content":"' + URL + '"},"finish_reason":"stop"}]}', []),
    "thinking never closed": (sse("<think>\n50%\n", HTML, STOP), [50.0]),
    "cut after the clip": (sse("99%\n", HTML, done=False), [99.0]),
}


@pytest.mark.parametrize(("stream", "progress"), SHAPES.values(), ids=SHAPES.keys())
async def test_progress_and_clip_are_found_in_every_shape(stream: str, progress: list[float | None]) -> None:
    events = await film(Server(reply(stream)).client())
    assert percents(events) == progress
    assert isinstance(events[-1], VideoReady)
    assert events[-1].clip == CLIP


async def test_the_upscaling_of_a_clip_is_told() -> None:
    events = await film(Server(reply(sse("100%\n", "正在对视频进行超分辨率\n", HTML, STOP))).client())
    assert events[:2] == [VideoProgress(100.0), VideoProgress(100.0, "upscaling")]


FAILURES: dict[str, tuple[Callable[[], httpx.Response | Exception], type[UpstreamError], str]] = {
    "100 % and nothing": (lambda: reply(sse("1%\n", "100%\n", STOP)), UpstreamBlocked, ""),
    "words": (lambda: reply(sse("50%\n", "That is not allowed.", STOP)), UpstreamBlocked, "That is not allowed."),
    "nothing": (lambda: reply(sse(STOP)), UpstreamEmpty, ""),
    "no bytes": (lambda: reply(b""), UpstreamEmpty, ""),
    "cut": (lambda: reply(sse("25%\n", done=False)), UpstreamInterrupted, ""),
    "address cut": (lambda: reply(sse("25%\n", URL[:-6], done=False)), UpstreamInterrupted, ""),
    "broken": (lambda: reply([sse("25%\n", done=False).encode(), httpx.ReadError("reset")]), UpstreamInterrupted, ""),
    "silent": (lambda: reply([sse("25%\n", done=False).encode(), httpx.ReadTimeout("x")]), UpstreamTimeout, ""),
    "event": (lambda: reply(sse("25%\n", {"error": {"message": "it broke"}})), UpstreamUnavailable, "it broke"),
    "key": (lambda: reply({"error": {"message": "no"}}, status=401), UpstreamKeyRefused, "no"),
    "502": (lambda: reply({"error": {"message": "bad"}}, status=502), UpstreamUnavailable, "bad"),
}


@pytest.mark.parametrize(("answer", "kind", "message"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_is_told_and_never_paid_for_twice(
    answer: Callable[[], httpx.Response | Exception], kind: type[UpstreamError], message: str
) -> None:
    server = Server(answer())
    with pytest.raises(UpstreamError) as caught:
        await film(server.client())
    assert type(caught.value) is kind
    assert caught.value.message == message
    assert len(server.requests) == 1


# jobs


async def test_a_job_is_started_and_asked_about_until_it_is_done() -> None:
    server = Server(
        reply(NO_CHAT, status=400),
        reply({"request_id": "a/b"}),
        reply({"status": "pending", "progress": 37}),
        reply({"status": "dreaming"}),
        reply({"status": "done", "video": {"url": URL, "duration": 6}, "progress": 100}),
    )
    events = await film(server.client(), FULL)
    assert events == [VideoSubmitted("a/b"), VideoProgress(37.0), VideoProgress(100.0), VideoReady(CLIP)]
    assert server.paths[:2] == ["/chat/completions", "/videos/generations"]
    assert [request.url.raw_path for request in server.requests[2:]] == [b"/grok/v1/videos/a%2Fb"] * 3
    assert server.sent(1) == {
        "model": "v",
        "prompt": "a cat",
        "duration": 10,
        "aspect_ratio": "9:16",
        "resolution": "720p",
        "image": {"url": "data:image/png;base64,iVBORw=="},
    }
    assert server.time.slept == [5.0, 5.0, 5.0]


async def test_where_jobs_are_forms_a_form_is_sent() -> None:
    server = Server(
        reply(NO_PATH, status=404),
        reply(NO_PATH, status=405),
        reply({"id": "video_1", "object": "video", "status": "queued", "progress": 0}),
        reply({"id": "video_1", "status": "completed", "progress": 100}),
    )
    events = await film(server.client(), FULL)
    content = MediaRef("https://grok.example.org/grok/v1/videos/video_1/content")
    assert events == [VideoSubmitted("video_1"), VideoProgress(0.0), VideoProgress(100.0), VideoReady(content)]
    form = server.requests[2]
    assert form.url.path.endswith("/v1/videos")
    assert form.headers["content-type"].startswith("multipart/form-data")
    for part in (
        b'name="prompt"\r\n\r\na cat',
        b'name="seconds"\r\n\r\n10',
        b'name="size"\r\n\r\n720x1280',
        b"\x89PNG",
    ):
        assert part in form.content


async def test_a_server_may_answer_with_the_clip_at_once() -> None:
    ready = {"id": "video_1", "status": "completed", "url": URL}
    server = Server(reply(NO_PATH, status=404), reply(NO_PATH, status=404), reply(ready))
    assert await film(server.client()) == [VideoReady(CLIP)]


async def test_a_job_without_a_status_is_done_when_it_has_a_clip() -> None:
    server = Server(reply(NO_PATH, status=404), reply({"request_id": "1"}), reply({"video": {"url": URL}}))
    assert (await film(server.client()))[-1] == VideoReady(CLIP)


JOB_FAILURES: dict[str, tuple[dict[str, object], type[UpstreamError], str]] = {
    "failed": ({"status": "failed", "error": {"code": "x", "message": "it broke"}}, UpstreamUnavailable, "it broke"),
    "moderated": (
        {"status": "failed", "error": {"message": "content moderated"}},
        UpstreamBlocked,
        "content moderated",
    ),
    "expired": ({"status": "expired"}, UpstreamUnavailable, ""),
    "withheld": ({"status": "done", "video": {"respect_moderation": False}}, UpstreamBlocked, ""),
}


@pytest.mark.parametrize(("last", "kind", "message"), JOB_FAILURES.values(), ids=JOB_FAILURES.keys())
async def test_a_job_that_fails_is_told(last: dict[str, object], kind: type[UpstreamError], message: str) -> None:
    server = Server(reply(NO_PATH, status=404), reply({"request_id": "1"}), reply(last))
    with pytest.raises(UpstreamError) as caught:
        await film(server.client())
    assert (type(caught.value), caught.value.message) == (kind, message)


async def test_a_job_outlives_a_short_outage() -> None:
    server = Server(
        reply(NO_PATH, status=404),
        reply({"request_id": "1"}),
        httpx.ConnectError("away"),
        reply(b"", status=503),
        reply({"video": {"url": URL}}),
    )
    assert (await film(server.client()))[-1] == VideoReady(CLIP)


async def test_a_job_is_given_up_after_the_deadline() -> None:
    server = Server(reply(NO_PATH, status=404), reply({"request_id": "1"}))
    server.replies += [reply({"status": "in_progress"}) for _ in range(200)]
    with pytest.raises(UpstreamTimeout):
        await film(server.client())
    assert server.time.now - 1000 == pytest.approx(600, abs=6)


async def test_a_job_without_a_number_is_a_failure() -> None:
    with pytest.raises(UpstreamEmpty):
        await film(Server(reply(NO_PATH, status=404), reply({"status": "queued"})).client())


async def test_a_server_that_makes_no_clips_is_told_by_its_first_answer() -> None:
    unknown = {"error": {"message": "The model `v` does not exist", "code": "model_not_found"}}
    names = reply({"data": [{"id": "grok-imagine-video"}, {"id": "grok-4"}]})
    server = Server(reply(unknown, status=400), reply(NO_PATH, status=404), reply(NO_PATH, status=404), names)
    with pytest.raises(UpstreamModelUnknown) as caught:
        await film(server.client())
    assert (caught.value.model, caught.value.nearest) == ("grok-imagine-1.0-video", ("grok-imagine-video",))
    server = Server(*[reply(NO_PATH, status=404) for _ in range(3)])
    with pytest.raises(UpstreamUnsupported):
        await film(server.client())
