"""The client against the demo Grok server as a process of its own: two programs that share nothing but the notes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import (
    MediaError,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from bot.grok.client import GrokClient
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
)
from bot.secret import Secret

ROOT = Path(__file__).parents[2]
PACE = ["--tokens-per-s", "2000", "--first-token-s", "0", "--image-s", "0.05", "--video-s", "0.2"]
LIMIT_BYTES = 20 * 2**20


@dataclass(frozen=True)
class Demo:
    base_url: str
    key: str


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    command = [sys.executable, "-m", "sandbox.grok", *PACE]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        try:
            told = json.loads(process.stdout.readline())
            yield Demo(told["base_url"], told["key"])
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[GrokClient]:
    async def no_sleep(_: float) -> None:
        """Wait for nothing."""

    async with make_http() as http:
        timing = Timing(silence_s=10)
        yield GrokClient(http, base_url=demo.base_url, api_key=Secret(demo.key), timing=timing, sleep=no_sleep)


@dataclass
class Heard:
    text: str = ""
    reasoning: str = ""
    finish: Finished | None = None
    error: UpstreamError | None = None


async def ask(client: GrokClient, prompt: str, model: str = "grok-4") -> Heard:
    heard = Heard()
    try:
        async with aclosing(client.stream_chat(ChatRequest(model, (ChatMessage("user", prompt),)))) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        heard.text += event.text
                    case ReasoningDelta():
                        heard.reasoning += event.text
                    case Finished():
                        heard.finish = event
    except UpstreamError as error:
        heard.error = error
    return heard


WORDS = "".join(f"w{number} " for number in range(40)).strip()


@pytest.mark.parametrize(
    "way",
    [
        *["", "onlyfinish", "nofinish", "comments", "bad_json", "odd_chunks", "crlf", "cr", "nospace", "split_utf8"],
        *["json_for_sse", "xai", "openrouter", "content_parts"],
    ],
)
async def test_every_way_to_say_an_answer_gives_the_same_answer(client: GrokClient, way: str) -> None:
    heard = await ask(client, f"[[tokens=40 rate=4000 {way}]] go")
    assert heard.error is None
    assert heard.text.split() == WORDS.split()
    assert heard.finish is not None


@pytest.mark.parametrize(
    "way", ["think", "think_split", "think_twice", "reasoning_content", "reasoning", "reasoning_both", "think xai"]
)
async def test_every_way_to_think_leaves_the_answer_as_it_is(client: GrokClient, way: str) -> None:
    plain = await ask(client, "[[plain]] What is a tide?")
    heard = await ask(client, f"[[{way}]] What is a tide?")
    assert heard.text.split() == plain.text.split()
    assert heard.reasoning.strip()
    assert not plain.reasoning


@pytest.mark.parametrize("way", ["think_only", "think_unclosed"])
async def test_thinking_without_an_answer_is_no_answer(client: GrokClient, way: str) -> None:
    heard = await ask(client, f"[[{way}]] What is a tide?")
    assert heard.error is None
    assert not heard.text.strip()
    assert heard.reasoning.strip()


async def test_a_whole_answer_is_the_streamed_one(client: GrokClient) -> None:
    request = ChatRequest("grok-4", (ChatMessage("user", "What is a tide?"),))
    streamed = await ask(client, "What is a tide?")
    assert (await client.chat(request)).text == streamed.text
    assert "<think>" not in streamed.text


async def test_tags_in_code_are_part_of_the_answer(client: GrokClient) -> None:
    assert "<think>" in (await ask(client, "[[think_literal]] how?")).text


FAULTS: dict[str, type[UpstreamError]] = {
    "notokens": UpstreamRateLimited,
    "notokens_sse": UpstreamRateLimited,
    "credits": UpstreamOutOfCredits,
    "badkey400": UpstreamKeyRefused,
    "error_string": UpstreamRefused,
    "detail422": UpstreamRefused,
    "model404": UpstreamModelUnknown,
    "status401": UpstreamKeyRefused,
    "status503": UpstreamUnavailable,
    "html502": UpstreamUnavailable,
    "html200": UpstreamUnavailable,
    "empty": UpstreamEmpty,
    "nothing": UpstreamEmpty,
    "apierror": UpstreamEmpty,
    "http429": UpstreamEmpty,
    "http429 g2": UpstreamRateLimited,
    "http500 g2": UpstreamUnavailable,
    "error_event": UpstreamUnavailable,
    "cut": UpstreamInterrupted,
    "cut g2": UpstreamInterrupted,
    "drop": UpstreamInterrupted,
    "nodone": UpstreamInterrupted,
    "error_mid": UpstreamInterrupted,
    "error_typed": UpstreamInterrupted,
    "error_number": UpstreamInterrupted,
    "error_finish": UpstreamInterrupted,
    "error_field": UpstreamInterrupted,
}


@pytest.mark.parametrize(("way", "kind"), FAULTS.items())
async def test_every_way_to_fail_is_told_apart(client: GrokClient, way: str, kind: type[UpstreamError]) -> None:
    heard = await ask(client, f"[[{way}]] What is a tide?")
    assert type(heard.error) is kind, repr(heard.error)
    assert bool(heard.text) is (kind is UpstreamInterrupted)


async def test_a_silent_server_is_not_waited_for_for_ever(demo: Demo) -> None:
    async with make_http() as http:
        client = GrokClient(http, base_url=demo.base_url, api_key=Secret(demo.key), timing=Timing(silence_s=0.2))
        assert type((await ask(client, "[[slow_first=30]] hm")).error) is UpstreamTimeout


async def test_a_wrong_key_is_noticed_at_once(demo: Demo) -> None:
    async with make_http() as http:
        with pytest.raises(UpstreamKeyRefused):
            await GrokClient(http, base_url=demo.base_url, api_key=Secret("wrong")).verify()


async def test_models_are_listed(client: GrokClient) -> None:
    await client.verify()
    assert "grok-imagine-1.0" in {model.id for model in await client.models()}


@pytest.mark.parametrize(
    "way", ["", "[[b64]]", "[[img_tag]]", "[[url_line]]", "[[relative_url]]", "[[json_for_sse]]", "[[g2]]"]
)
async def test_a_picture_is_drawn_and_fetched(client: GrokClient, way: str, tmp_path: Path) -> None:
    (ref,) = await client.generate_images(ImageRequest("grok-imagine-1.0", f"{way} a red apple", aspect="16:9"))
    file = await client.fetch(ref, tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    assert file.mime.startswith("image/")
    assert file.size_bytes > 1000


async def test_several_pictures_are_drawn_and_one_is_changed(client: GrokClient, tmp_path: Path) -> None:
    refs = await client.generate_images(ImageRequest("grok-imagine-1.0", "apples", count=3))
    assert len(refs) == 3
    first = await client.fetch(refs[0], tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    source = InlineImage(first.path.read_bytes(), first.mime)
    (changed,) = await client.generate_images(ImageRequest("grok-imagine-1.0-edit", "gold", source=source))
    file = await client.fetch(changed, tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    assert file.path.read_bytes() != first.path.read_bytes()


PICTURE_FAULTS = {
    "wserror": UpstreamUnavailable,
    "ratelimit": UpstreamEmpty,
    "close": UpstreamUnavailable,
    "refusal": UpstreamBlocked,
    "moderated g2": UpstreamBlocked,
    "notokens": UpstreamRateLimited,
}


@pytest.mark.parametrize(("way", "kind"), PICTURE_FAULTS.items())
async def test_a_picture_that_fails_says_why(client: GrokClient, way: str, kind: type[UpstreamError]) -> None:
    with pytest.raises(UpstreamError) as caught:
        await client.generate_images(ImageRequest("grok-imagine-1.0", f"[[{way}]] a red apple"))
    assert type(caught.value) is kind, repr(caught.value)


@pytest.mark.parametrize(("way", "reason"), [("gone", "gone"), ("huge=30", "size")])
async def test_a_file_that_cannot_be_had_says_why(client: GrokClient, way: str, reason: str, tmp_path: Path) -> None:
    (ref,) = await client.generate_images(ImageRequest("grok-imagine-1.0", f"[[{way}]] a red apple"))
    with pytest.raises(MediaError) as caught:
        await client.fetch(ref, tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    assert caught.value.reason == reason


async def film(client: GrokClient, prompt: str) -> list[VideoEvent]:
    request = VideoRequest("grok-imagine-1.0-video", prompt, seconds=6, quality="480p", aspect="16:9")
    async with aclosing(client.stream_video(request)) as events:
        return [event async for event in events]


@pytest.mark.parametrize(
    ("way", "counts"),
    [
        ("", True),
        ("video_url", True),
        ("video_markdown", True),
        ("video_tag", True),
        ("video_inthink", True),
        ("video_reasoning", True),
        ("video_round", True),
        ("video_back", True),
        ("video_nothumb", True),
        ("video_noprogress", False),
        ("relative_url", True),
    ],
)
async def test_a_clip_is_made_and_fetched(client: GrokClient, way: str, counts: bool, tmp_path: Path) -> None:
    events = await film(client, f"[[{way} seconds=1]] a lighthouse")
    ready = events[-1]
    assert isinstance(ready, VideoReady)
    assert any(isinstance(event, VideoProgress) for event in events) is counts
    file = await client.fetch(ready.clip, tmp_path, kind="video", max_bytes=LIMIT_BYTES)
    assert file.extension == "mp4"
    if ready.poster:
        assert (await client.fetch(ready.poster, tmp_path, kind="image", max_bytes=LIMIT_BYTES)).size_bytes > 500


CLIP_FAULTS = {
    "video_cut": UpstreamInterrupted,
    "video_mod": UpstreamBlocked,
    "refusal": UpstreamBlocked,
    "notokens": UpstreamRateLimited,
}


@pytest.mark.parametrize(("way", "kind"), CLIP_FAULTS.items())
async def test_a_clip_that_fails_says_why(client: GrokClient, way: str, kind: type[UpstreamError]) -> None:
    with pytest.raises(UpstreamError) as caught:
        await film(client, f"[[{way}]] a lighthouse")
    assert type(caught.value) is kind, repr(caught.value)
