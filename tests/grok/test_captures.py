"""Every recorded exchange goes through the real client. The recordings are not in the repository; see `FOLDER`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import pytest

from bot import errors
from bot.errors import UpstreamError
from bot.grok.client import GrokClient
from bot.grok.failures import error_from_response
from bot.grok.http import Timing
from bot.grok.types import (
    Finished,
    ImageRequest,
    InlineImage,
    MediaRef,
    ReasoningDelta,
    TextDelta,
    VideoProgress,
    VideoReady,
    VideoRequest,
)
from bot.secret import Secret
from tests.grok.scripted import ASK, Body

FOLDER = Path(os.environ.get("GROKCORD_CAPTURES") or Path(__file__).parents[3] / "shared" / "captures")
PROXY = FOLDER / "grok2api-python" / "186e6bb2"
OTHERS = FOLDER / "dialects-recorded"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no recordings: set GROKCORD_CAPTURES to their folder, or put them at {FOLDER}"
)

HOME = "https://grok.example.org/grok"
ASSETS = "https://assets.grok.com"
IMAGE_1 = f"{HOME}/v1/files/image/aaaaaaaa-0000-4000-8000-000000000001"
IMAGE_2 = f"{HOME}/v1/files/image/aaaaaaaa-0000-4000-8000-000000000002"
GENERATED = "users/00000000-aaaa-4bbb-8ccc-000000000001/generated/11111111-2222-4333-8444-555555555555"
EDITED = f"{HOME}/v1/files/image/{GENERATED}/image.jpg"
CLIP = f"{HOME}/v1/files/video/{GENERATED}/generated_video.mp4"
POSTER = f"{HOME}/v1/files/image/{GENERATED}/preview_image.jpg"
JPEG = b"\xff\xd8\xff"

HAIKU = "Waves fold on grey stone\nSecond line — ünïcode 🌊"
THOUGHT = "Thinking about it. The user wants a haiku.\n\n"


@dataclass(frozen=True)
class Outcome:
    """What the client must make of one exchange. error: the class it must raise, after `text` was shown."""

    text: str | None = None
    reasoning: str = ""
    error: type[UpstreamError] | None = None
    message: str | None = None
    pictures: tuple[str, ...] = ()
    progress: tuple[float, ...] = ()
    clip: str | None = None
    poster: str | None = None
    reason: str = "stop"
    is_embedded: bool = False
    models: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    tokens: tuple[int, int, int] | None = field(default=None)


def chat(text: str, reasoning: str = "") -> Outcome:
    return Outcome(text=text, reasoning=reasoning)


def fails(error: type[UpstreamError], message: str | None = None, **seen: object) -> Outcome:
    return Outcome(error=error, message=message, **seen)  # type: ignore[arg-type]  # fields of Outcome


NO_TOKENS = fails(errors.UpstreamRateLimited, "No available tokens. Please try again later.")
EMPTY = fails(errors.UpstreamEmpty)
CUT = fails(errors.UpstreamInterrupted, text="This answer will be cut off")
REFUSED = fails(errors.UpstreamRefused)
NO_SUCH_PATH = fails(errors.UpstreamUnsupported)
KEY = errors.UpstreamKeyRefused
STEPS = (1.0, 25.0, 75.0, 100.0)
FILMED = Outcome(progress=STEPS, clip=CLIP, poster=POSTER)
CHAT_MODELS = (
    *("grok-3", "grok-3-mini", "grok-3-thinking", "grok-4", "grok-4-mini", "grok-4-thinking", "grok-4-heavy"),
    *("grok-4.1-mini", "grok-4.1-fast", "grok-4.1-expert", "grok-4.1-thinking", "grok-4.20-beta"),
)
MODELS = (*CHAT_MODELS, "grok-imagine-1.0", "grok-imagine-1.0-edit", "grok-imagine-1.0-video")
CHAT_IMAGES = (
    f"![11111111-2222-4333-8444-555555555555]({EDITED})\n"
    f"![11111111-2222-4333-8444-555555555556]({EDITED.replace('5555/image', '5556/image')})\n"
)

PROXY_OUTCOMES: dict[str, Outcome] = {
    "01-models": Outcome(models=MODELS),
    "01-models-badkey": fails(KEY, "Invalid authentication token"),
    "01-models-nokey": fails(KEY, "Missing authentication token"),
    "01-models-notbearer": fails(KEY, "Missing authentication token"),
    "02-chat-notokens": NO_TOKENS,
    "02-chat-notokens-omit": NO_TOKENS,
    "02-chat-notokens-stream": NO_TOKENS,
    "02-edit-notokens": NO_TOKENS,
    "02-image-notokens": NO_TOKENS,
    "02-image-notokens-stream": NO_TOKENS,
    "02-imagesgen-notokens": NO_TOKENS,
    "02-video-notokens": NO_TOKENS,
    "03-bad-block": REFUSED,
    "03-bad-json": REFUSED,
    "03-bad-role": REFUSED,
    "03-edit-url-in-prompt": fails(errors.UpstreamRefused, "image_url is required for image edits"),
    "03-empty-content": REFUSED,
    "03-empty-messages": NO_TOKENS,
    "03-image-badsize": REFUSED,
    "03-image-badurl": REFUSED,
    "03-image-bareb64": REFUSED,
    "03-image-n11": REFUSED,
    "03-image-n3-omit": REFUSED,
    "03-image-n3-stream": REFUSED,
    "03-imagesgen-badmodel": fails(errors.UpstreamModelUnknown),
    "03-missing-messages": REFUSED,
    "03-null-content": REFUSED,
    "03-temp-range": fails(errors.UpstreamRefused, "temperature must be between 0 and 2"),
    "03-temp-string": REFUSED,
    "03-unknown-model": fails(errors.UpstreamModelUnknown),
    "03-unknown-model-vision": fails(errors.UpstreamModelUnknown),
    "03-video-badlength": fails(errors.UpstreamRefused, "video_length must be 6, 10, or 15 seconds"),
    "03-video-badratio": REFUSED,
    "04-method": NO_SUCH_PATH,
    "04-nojsonctype": REFUSED,
    "04-notfound": NO_SUCH_PATH,
    "04-videos": NO_SUCH_PATH,
    "10-chat-card": chat("Here is a picture:\n![A cat](https://img.example.org/a.jpg)Enjoy."),
    "10-chat-card-stream": chat("Here is a picture:![A cat](https://img.example.org/a.jpg)\nEnjoy."),
    "10-chat-chatimage": chat(f"I generated images with the prompt\n{CHAT_IMAGES}"),
    "10-chat-chatimage-stream": chat(
        f"I'll draw that.\n{CHAT_IMAGES}",
        "正在生成第1张图片中，当前进度50%\n正在生成第1张图片中，当前进度100%\n正在生成第2张图片中，当前进度100%\n\n",
    ),
    "10-chat-empty": EMPTY,
    "10-chat-empty-stream": EMPTY,
    "10-chat-nothing": EMPTY,
    "10-chat-nothing-stream": EMPTY,
    "10-chat-openai-extras": chat("Hello! How can I help?"),
    "10-chat-plain": chat("Hello! How can I help?"),
    "10-chat-plain-omitstream": chat("Hello! How can I help?"),
    "10-chat-plain-stream": chat("Hello! How can I help?"),
    "10-chat-search": chat("High tide is at 14:02. Done."),
    "10-chat-search-stream": chat("High tide is at 14:02. Done.", "Searching the web.[WebSearch] tides today\n\n"),
    "10-chat-think": chat(HAIKU),
    "10-chat-think-effort-none": chat(HAIKU),
    "10-chat-think-stream": chat(HAIKU, THOUGHT),
    "10-chat-think-wire": chat(HAIKU, THOUGHT),
    "11-chat-apierror": EMPTY,
    "11-chat-apierror-stream": EMPTY,
    "11-chat-cut": EMPTY,
    "11-chat-cut-stream": CUT,
    "11-chat-cut-stream-wire": CUT,
    "11-chat-http401": EMPTY,
    "11-chat-http403": EMPTY,
    "11-chat-http403-stream": EMPTY,
    "11-chat-http429": EMPTY,
    "11-chat-http429-stream": EMPTY,
    "11-chat-http500": EMPTY,
    "11-chat-http500-stream": EMPTY,
    "11-chat-http503": EMPTY,
    "11-chat-http503-stream": EMPTY,
    "11-chat-stall": EMPTY,
    "11-chat-stall-stream": CUT,
    "20-image": Outcome(pictures=(f"{IMAGE_1}.jpg",)),
    "20-image-b64": Outcome(is_embedded=True),
    "20-image-n4": Outcome(pictures=(f"{IMAGE_1}.jpg",)),
    "20-image-omitstream": Outcome(pictures=(f"{IMAGE_1}-final.jpg",)),
    "20-image-stream": Outcome(pictures=(f"{IMAGE_1}-final.jpg",)),
    "20-image-stream-b64": Outcome(is_embedded=True),
    "20-image-stream-n2": Outcome(pictures=(f"{IMAGE_1}-final.jpg",)),
    "21-image-close": EMPTY,
    "21-image-close-stream": fails(errors.UpstreamUnavailable, "websocket closed: 257"),
    "21-image-moderated": Outcome(pictures=(f"{IMAGE_1}.png",)),
    "21-image-moderated-stream": Outcome(pictures=(f"{IMAGE_1}-final.png",)),
    "21-image-ratelimit": EMPTY,
    "21-image-ratelimit-stream": EMPTY,
    "21-image-wserror": EMPTY,
    "21-image-wserror-stream": fails(errors.UpstreamUnavailable, "generation failed"),
    "22-gen": Outcome(pictures=(f"{IMAGE_1}.jpg", f"{IMAGE_2}.jpg")),
    "22-gen-b64": Outcome(is_embedded=True),
    "22-gen-stream": Outcome(pictures=(f"{IMAGE_1}-final.jpg",)),
    "22-gen-wserror": EMPTY,
    "23-edit": Outcome(pictures=(EDITED,)),
    "23-edit-n2": Outcome(pictures=(EDITED,)),
    "23-edit-noresult": fails(errors.UpstreamUnavailable, "Image edit returned no results"),
    "23-edit-noresult-stream": EMPTY,
    "23-edit-omitstream": Outcome(pictures=(EDITED,)),
    "23-edit-stream": Outcome(pictures=(EDITED,)),
    "23-edit-url": Outcome(pictures=(EDITED,)),
    "23-edit-url-404": fails(errors.UpstreamUnavailable, "Failed to fetch: 404"),
    "24-edits-multipart": Outcome(pictures=(EDITED,)),
    "24-edits-noimage": REFUSED,
    "30-video": Outcome(clip=CLIP, poster=POSTER),
    "30-video-config": FILMED,
    "30-video-effort-none": Outcome(clip=CLIP, poster=POSTER),
    "30-video-image": FILMED,
    "30-video-nothumb": Outcome(progress=STEPS, clip=CLIP),
    "30-video-omitstream": FILMED,
    "30-video-stream": FILMED,
    "30-video-stream-wire": FILMED,
    "31-video-cut": EMPTY,
    "31-video-cut-stream": fails(errors.UpstreamInterrupted, progress=(1.0, 25.0)),
    "31-video-http429": EMPTY,
    "31-video-http429-stream": EMPTY,
    "31-video-http500-stream": EMPTY,
    "31-video-moderated": EMPTY,
    "31-video-moderated-stream": fails(errors.UpstreamBlocked, "", progress=STEPS),
    "31-video-stall": EMPTY,
    "31-video-stall-stream": fails(errors.UpstreamInterrupted, progress=(1.0, 25.0)),
    "41-v1videos": NO_SUCH_PATH,
    "50-cfgB-chat-omit": chat(HAIKU),
    "50-cfgB-chat-stream": chat(HAIKU),
    "50-cfgB-chat-stream-effort": chat(HAIKU, THOUGHT),
    "50-cfgB-chatimage-stream": chat(f"I'll draw that.{CHAT_IMAGES.replace(f'{HOME}/v1/files/image/', f'{ASSETS}/')}"),
    "50-cfgB-edit": Outcome(pictures=(f"{ASSETS}/{GENERATED}/image.jpg",)),
    "50-cfgB-image-omit": Outcome(pictures=(f"{IMAGE_1}.jpg",)),
    "50-cfgB-image-stream": Outcome(pictures=(f"{IMAGE_1}-final.jpg",)),
    "50-cfgB-models-anykey": Outcome(models=MODELS),
    "50-cfgB-models-nokey": Outcome(models=MODELS),
    "50-cfgB-video-omit": Outcome(clip=f"{ASSETS}/{GENERATED}/generated_video.mp4"),
    "50-cfgB-video-stream": Outcome(clip=f"{ASSETS}/{GENERATED}/generated_video.mp4"),
}

OLA = "Olá!"
OTHER_OUTCOMES: dict[str, Outcome] = {
    "avian-thinking-stream.sse": Outcome(
        text="   ",
        reasoning="I need to get the weather information for Florence, Italy. I'll call the weather function with"
        ' "Florence" as the location parameter. ',
        reason="tool_calls",
        tokens=(76, 47, 34),
    ),
    "groq-stream.sse": Outcome(text=OLA, tokens=(20, 4, 0)),
    "huggingface-stream.sse": Outcome(text=OLA, tokens=(20, 4, 0)),
    "llamacpp-reasoning-stream.sse": Outcome(
        text="The current weather in Florence, Italy is **40\u202f°C**.", tokens=(197, 18, 0)
    ),
    "llamacpp-stream.sse": Outcome(
        text=OLA,
        reasoning='The user: "Say hi in Portuguese". They want a greeting in Portuguese. Simple: "Olá!" or "Oi!".'
        ' Probably respond with "Olá!" or "Oi!".\n\nWe should keep it concise. We\'ll respond.',
        tokens=(84, 57, 0),
    ),
    "openrouter-anthropic-stream.sse": Outcome(text="Olá! 👋\n\nHow can I help you today?", tokens=(16, 18, 0)),
    "openrouter-anthropic-thinking-stream.sse": Outcome(
        text="The weather in Florence, Italy is currently **40°C (104°F)**, which is quite hot! This is typical for"
        " Florence during the summer months. If you're planning to visit, make sure to stay hydrated, wear light"
        " clothing, and use sunscreen. It's a good idea to plan outdoor activities for early morning or late evening"
        " when it's a bit cooler.",
        tokens=(764, 82, 0),
    ),
    "openrouter-gemini-stream.sse": Outcome(text=OLA, tokens=(11, 2, 0)),
    "openrouter-grok-reasoning-stream.sse": Outcome(
        text="It's currently 40°C in Florence, Italy. That's pretty hot—stay hydrated!",
        reasoning='First, the user asked: "What\'s the weather in Florence, Italy?"\n',
        tokens=(404, 111, 94),
    ),
    "openrouter-openai-stream.sse": Outcome(text="Olá! 😊", tokens=(19, 7, 0)),
    "xai-grok-4-fast-stream.sse": Outcome(text=OLA, tokens=(165, 2, 129)),
    "xai-grok-4-fast-tool-stream.sse": EMPTY,
    "xai-grok-code-fast-reasoning-stream.sse": Outcome(
        text=OLA, reasoning='First, the user said: "Say hi in Portuguese."\n', tokens=(213, 2, 198)
    ),
    "zai-thinking-stream.sse": Outcome(
        text="The current weather in Florence, Italy is 40°C (104°F). That's quite hot!", tokens=(266, 71, 49)
    ),
    "llamacpp-simple.json": Outcome(text=OLA, tokens=(84, 47, 0)),
    "openrouter-openai-simple.json": Outcome(text="Oi! 😊", tokens=(19, 7, 0)),
    "xai-grok-3-mini-thinking.json": Outcome(text="", reason="tool_calls", tokens=(288, 27, 350)),
    "xai-grok-4-fast-simple.json": Outcome(text=OLA, tokens=(165, 2, 125)),
}
REASONING_LENGTHS = {
    "zai-thinking-stream.sse": 249,
    "llamacpp-simple.json": 132,
    "xai-grok-3-mini-thinking.json": 1715,
}
CUTS = [None, 1, 7, 100]


@dataclass(frozen=True)
class Recording:
    """One exchange: what was asked, and the answer's status, headers and body."""

    path: str
    body: dict[str, object]
    status: int
    headers: list[tuple[str, str]]
    content: bytes

    def answer(self, cut: int | None) -> httpx.Response:
        size = cut or max(len(self.content), 1)
        pieces = [self.content[at : at + size] for at in range(0, len(self.content), size)]
        return httpx.Response(self.status, headers=self.headers, stream=Body(pieces))


def load(folder: Path) -> Recording:
    request = json.loads((folder / "request.json").read_bytes())
    head = (folder / "response.head").read_text().splitlines()
    content = (folder / "response.body").read_bytes()
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in head[1:]) if value]
    if "raw wire bytes" in request.get("body_is", ""):
        content = b"".join(dechunked(content))
    headers = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    return Recording(request["path"], request.get("body") or {}, int(head[0].split()[1]), headers, content)


def dechunked(wire: bytes) -> Iterator[bytes]:
    while wire:
        size, _, wire = wire.partition(b"\r\n")
        length = int(size, 16)
        yield wire[:length]
        wire = wire[length + 2 :]


async def no_sleep(_: float) -> None:
    """Wait for nothing."""


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> GrokClient:
    return GrokClient(
        httpx.AsyncClient(transport=httpx.MockTransport(answer)),
        base_url=f"{HOME}/v1",
        api_key=Secret("api-key-example"),
        timing=Timing(),
        sleep=no_sleep,
        dialect="adaptive",
    )


class Seen:
    """What came out of the client."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.finish: Finished | None = None
        self.pictures: tuple[MediaRef, ...] = ()
        self.progress: list[float | None] = []
        self.ready: VideoReady | None = None
        self.models: tuple[str, ...] = ()
        self.error: UpstreamError | None = None

    async def chat(self, client: GrokClient, *, stream: bool) -> None:
        if not stream:
            reply = await client.chat(ASK)
            self.text, self.reasoning, self.finish = reply.text, reply.reasoning, reply.finish
            return
        async with aclosing(client.stream_chat(ASK)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        self.text += event.text
                    case ReasoningDelta():
                        self.reasoning += event.text
                    case Finished():
                        self.finish = event

    async def film(self, client: GrokClient) -> None:
        async with aclosing(client.stream_video(VideoRequest("grok-imagine-1.0-video", "a cat"))) as events:
            async for event in events:
                match event:
                    case VideoProgress():
                        self.progress.append(event.percent)
                    case VideoReady():
                        self.ready = event


async def replay(recording: Recording, cut: int | None) -> Seen:
    """Send the recorded order through the client, by the method that a bot would use for it."""
    seen = Seen()
    model = str(recording.body.get("model", ""))
    is_edits_api = recording.path.endswith("/images/edits")

    def answer(request: httpx.Request) -> httpx.Response:
        if is_edits_api and not request.url.path.endswith("/images/edits"):
            return httpx.Response(404, json={"detail": "Not Found"})
        return recording.answer(cut)

    client = client_of(answer)
    try:
        if recording.path.endswith("/models"):
            seen.models = tuple(model.id for model in await client.models())
        elif model.endswith("-video") or recording.path.endswith("/videos"):
            await seen.film(client)
        elif recording.path.endswith("/images/generations"):
            seen.pictures = await client.generate_images(ImageRequest(model, "an apple", count=2))
        elif is_edits_api or model.startswith("grok-imagine"):
            source = InlineImage(b"\x89PNG", "image/png") if is_edits_api or model.endswith("-edit") else None
            seen.pictures = await client.generate_images(ImageRequest(model, "an apple", source=source))
        else:
            await seen.chat(client, stream=recording.body.get("stream") is not False)
    except UpstreamError as error:
        seen.error = error
    return seen


def check(seen: Seen, outcome: Outcome) -> None:
    assert type(seen.error) is (outcome.error or type(None)), repr(seen.error)
    if outcome.message is not None:
        assert seen.error is not None
        assert seen.error.message == outcome.message
    assert tuple(seen.progress) == outcome.progress
    if outcome.text is not None:
        assert seen.text == outcome.text
    if outcome.is_embedded:
        assert [(ref.data or b"")[:3] for ref in seen.pictures] == [JPEG]
    else:
        assert tuple(ref.url for ref in seen.pictures) == outcome.pictures
    assert (seen.ready.clip.url if seen.ready else None) == outcome.clip
    assert (seen.ready.poster.url if seen.ready and seen.ready.poster else None) == outcome.poster
    assert seen.models == outcome.models
    if outcome.text is not None and outcome.error is None:
        assert seen.finish is not None
        assert seen.finish.reason == outcome.reason


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: f"cut{cut}" if cut else "whole")
@pytest.mark.parametrize("name", PROXY_OUTCOMES)
async def test_the_proxy_is_understood(name: str, cut: int | None) -> None:
    seen = await replay(load(PROXY / name), cut)
    check(seen, PROXY_OUTCOMES[name])
    assert seen.reasoning == PROXY_OUTCOMES[name].reasoning


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: f"cut{cut}" if cut else "whole")
@pytest.mark.parametrize("name", OTHER_OUTCOMES)
async def test_other_servers_are_understood(name: str, cut: int | None) -> None:
    kind = "application/json" if name.endswith(".json") else "text/event-stream"
    body = {"model": "any", "stream": kind != "application/json"}
    content = (OTHERS / name).read_bytes()
    recording = Recording("/v1/chat/completions", body, 200, [("content-type", kind)], content)
    seen = await replay(recording, cut)
    outcome = OTHER_OUTCOMES[name]
    check(seen, outcome)
    if name in REASONING_LENGTHS:
        assert len(seen.reasoning) == REASONING_LENGTHS[name]
    else:
        assert seen.reasoning == outcome.reasoning
    usage = seen.finish.usage if seen.finish else None
    tokens = usage and (usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens)
    assert tokens == outcome.tokens


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("40-file-image", "image", "jpg"),
        ("40-file-video", "video", "mp4"),
        ("40-file-404", "video", "gone"),
        ("40-file-head", "video", "network"),
        ("40-file-video-range", "video", "network"),
        ("40-file-image", "video", "type"),
    ],
)
async def test_files_are_fetched_or_the_reason_is_told(name: str, kind: str, expected: str, tmp_path: Path) -> None:
    recording = load(PROXY / name)
    client = client_of(lambda _: recording.answer(None))
    wanted: Literal["image", "video"] = "video" if kind == "video" else "image"
    fetching = client.fetch(MediaRef(f"{HOME}/v1/files/any"), tmp_path, kind=wanted, max_bytes=10_000)
    if expected in ("jpg", "mp4"):
        file = await fetching
        assert file.extension == expected
        assert file.size_bytes == len(recording.content)
        return
    with pytest.raises(errors.MediaError) as caught:
        await fetching
    assert caught.value.reason == expected
    assert not os.listdir(tmp_path)


ADMIN_ERRORS = {
    "05-admin-post-list": (errors.UpstreamRefused, "Input should be a valid dictionary"),
    "05-admin-refresh-empty": (errors.UpstreamUnavailable, "400: No tokens provided"),
    "05-admin-verify-apikey": (KEY, "Invalid authentication token"),
    "05-admin-verify-nokey": (KEY, "Missing authentication token"),
}


@pytest.mark.parametrize("name", ADMIN_ERRORS)
def test_admin_failures_are_told_apart(name: str) -> None:
    recording = load(PROXY / name)
    error = error_from_response(recording.status, dict(recording.headers), recording.content)
    assert (type(error), error.message) == ADMIN_ERRORS[name]


def test_no_recording_is_left_out() -> None:
    files = {"40-file-404", "40-file-head", "40-file-image", "40-file-video", "40-file-video-range"}
    recorded = {folder.name for folder in PROXY.iterdir() if folder.is_dir() and not folder.name.startswith("05-admin")}
    assert recorded == PROXY_OUTCOMES.keys() | files
    assert {path.name for path in OTHERS.iterdir() if path.suffix != ".md"} == OTHER_OUTCOMES.keys()
