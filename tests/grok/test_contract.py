"""The contract of a dialect: the same cases against every one, over real sockets, each found by asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamError,
    UpstreamJobGone,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from bot.grok.client import GrokClient
from bot.grok.dialects import DIALECTS, GROK2API
from bot.grok.http import Timing, make_http
from bot.grok.types import (
    ChatMessage,
    ChatRequest,
    Finished,
    ImageRequest,
    InlineImage,
    ReasoningDelta,
    TextDelta,
    VideoEvent,
    VideoProgress,
    VideoReady,
    VideoRequest,
    VideoSubmitted,
)
from bot.secret import Secret
from tests.grok.strict_server import MANNERS, PNG, StrictServer, serving

SOURCE = InlineImage(PNG, "image/png")
DRAW, FILM, TALK = "grok-imagine", "grok-imagine-video", "grok-4"


@dataclass(frozen=True)
class Pair:
    """A server of some dialect, and a client that was told nothing of it."""

    name: str
    server: StrictServer
    client: GrokClient

    @property
    def taken(self) -> tuple[str, dict[str, object]]:
        """The one order that the server took."""
        [order] = self.server.orders
        return order


def of(server: StrictServer, http: object, **more: object) -> GrokClient:
    async def no_sleep(_: float) -> None:
        """Wait for nothing."""

    known = {
        "base_url": server.base_url,
        "api_key": Secret("key-example"),
        "timing": Timing(poll_s=0.0),
        "sleep": no_sleep,
    }
    return GrokClient(http, **known, **more)  # type: ignore[arg-type]  # as named


@pytest.fixture(params=MANNERS)
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    async with serving(request.param) as server, make_http() as http:
        yield Pair(request.param, server, of(server, http))


def asked(prompt: str) -> ChatRequest:
    return ChatRequest(TALK, (ChatMessage("user", prompt),))


async def film(client: GrokClient, request: VideoRequest) -> list[VideoEvent]:
    async with aclosing(client.stream_video(request)) as events:
        return [event async for event in events]


def test_every_dialect_is_under_contract() -> None:
    assert MANNERS.keys() == DIALECTS.keys()


async def test_the_dialect_is_found(pair: Pair) -> None:
    assert await pair.client.dialect() == pair.name


async def test_chat_is_streamed_with_the_reasoning_kept_apart(pair: Pair) -> None:
    async with aclosing(pair.client.stream_chat(asked("What is a tide?"))) as events:
        heard = [event async for event in events]
    assert "".join(event.text for event in heard if isinstance(event, TextDelta)) == "A tide is water."
    assert "".join(event.text for event in heard if isinstance(event, ReasoningDelta)).strip() == "Hm."
    assert isinstance(heard[-1], Finished)


async def test_chat_comes_whole(pair: Pair) -> None:
    answer = await pair.client.chat(asked("What is a tide?"))
    assert (answer.text, answer.finish.reason) == ("A tide is water.", "stop")
    assert pair.taken[1]["stream"] is False


async def test_one_picture(pair: Pair) -> None:
    [ref] = await pair.client.generate_images(ImageRequest(DRAW, "an apple", aspect="3:2"))
    assert ref.url
    assert ref.url.endswith("/files/0.jpg")
    assert len(pair.server.orders) == 1


async def test_several_pictures(pair: Pair) -> None:
    refs = await pair.client.generate_images(ImageRequest(DRAW, "an apple", count=3, aspect="1:1"))
    assert [str(ref.url)[-5:] for ref in refs] == ["0.jpg", "1.jpg", "2.jpg"]
    path, order = pair.taken
    assert (path, order["n"]) == ("images/generations", 3)


async def test_a_picture_is_changed(pair: Pair) -> None:
    [ref] = await pair.client.generate_images(ImageRequest(DRAW, "make it gold", aspect=None, source=SOURCE))
    assert ref.url
    path = pair.taken[0]
    assert path in ("chat/completions", "images/edits")
    assert (path == "chat/completions") == (pair.name in ("grok2api", "adaptive"))


async def test_a_picture_is_changed_twice(pair: Pair) -> None:
    assert len(await pair.client.generate_images(ImageRequest(DRAW, "make it gold", 2, source=SOURCE))) == 2


@pytest.mark.parametrize("source", [None, SOURCE], ids=["from words", "from a picture"])
async def test_a_clip_counts_up_and_comes(pair: Pair, source: InlineImage | None) -> None:
    able = DIALECTS[pair.name].capabilities
    quality = able.video_qualities[-1] if able.video_qualities else None
    wishes = VideoRequest(FILM, "a lighthouse", source, able.video_aspects[0], able.video_seconds[-1], quality)
    events = await film(pair.client, wishes)
    assert [event.percent for event in events if isinstance(event, VideoProgress)][-2:-1] != []
    assert isinstance(events[-1], VideoReady)
    assert str(events[-1].clip.url).endswith("0.mp4")
    path, order = pair.taken
    assert isinstance(events[0], VideoSubmitted) == (path != "chat/completions")
    assert (source is None) == (not any("image" in name or "input" in name for name in (*order, *_parts(order))))


def _parts(order: dict[str, object]) -> list[str]:
    """Return the kinds of parts of a chat order's message."""
    messages = order.get("messages")
    content = messages[0]["content"] if isinstance(messages, list) else ""
    return [part["type"] for part in content] if isinstance(content, list) else []


async def test_wishes_are_never_refused(pair: Pair) -> None:
    await film(pair.client, VideoRequest(FILM, "a lighthouse", None, "3:2", 9, "720p"))
    await pair.client.generate_images(ImageRequest(DRAW, "an apple", aspect="16:9"))
    assert len(pair.server.orders) == 2


ERRORS: dict[str, type[UpstreamError]] = {
    "busy": UpstreamRateLimited,
    "credits": UpstreamOutOfCredits,
    "key": UpstreamKeyRefused,
    "model": UpstreamModelUnknown,
    "blocked": UpstreamBlocked,
    "refused": UpstreamRefused,
    "broken": UpstreamUnavailable,
    "late": UpstreamTimeout,
}


async def put(client: GrokClient, order: str, prompt: str) -> None:
    match order:
        case "chat":
            await client.chat(asked(prompt))
        case "clip":
            await film(client, VideoRequest(FILM, prompt))
        case _:
            await client.generate_images(ImageRequest(DRAW, prompt, count=1 if order == "picture" else 2))


@pytest.mark.parametrize(("fault", "kind"), ERRORS.items())
@pytest.mark.parametrize("order", ["chat", "picture", "pictures", "clip"])
async def test_every_error_has_its_class(pair: Pair, order: str, fault: str, kind: type[UpstreamError]) -> None:
    with pytest.raises(UpstreamError) as caught:
        await put(pair.client, order, f"fail:{fault}")
    assert type(caught.value) is kind
    assert pair.server.orders == []


async def test_a_job_that_nobody_knows_is_told(pair: Pair) -> None:
    async with aclosing(pair.client.follow_video("unknown")) as events:
        with pytest.raises(UpstreamJobGone):
            await anext(events)


@pytest.mark.parametrize("believed", list(DIALECTS))
async def test_a_dialect_that_was_set_wrong_fails_no_order(pair: Pair, believed: str) -> None:
    async with make_http() as http:
        client = of(pair.server, http, dialect=believed)
        assert await client.generate_images(ImageRequest(DRAW, "an apple"))
        assert isinstance((await film(client, VideoRequest(FILM, "a lighthouse")))[-1], VideoReady)
        assert (await client.generate_images(ImageRequest(DRAW, "make it gold", source=SOURCE)))[0].url


def test_lengths_are_those_that_the_server_takes() -> None:
    call = GROK2API.clip[0].call(VideoRequest("v", "p", seconds=8))
    assert (call.payload or {})["video_config"] == {"video_length": 10}
