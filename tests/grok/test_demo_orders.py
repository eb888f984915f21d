"""Orders that outlive a client, against the demo Grok server as a process of its own that takes clips as jobs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import MediaError, UpstreamJobGone
from bot.grok.client import GrokClient
from bot.grok.http import Timing, make_http
from bot.grok.types import ImageRequest, MediaRef, VideoPoster, VideoReady, VideoRequest, VideoSubmitted
from bot.secret import Secret
from tests.grok.test_demo_server import LIMIT_BYTES, ROOT, Demo

QUICK = Timing(poll_s=0.05, slow_after_s=0.3)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    command = [sys.executable, "-m", "sandbox.grok", "--video-jobs", "--video-s", "0.5", "--image-s", "60"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        try:
            told = json.loads(process.stdout.readline())
            yield Demo(told["base_url"], told["key"])
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


@asynccontextmanager
async def client_of(demo: Demo) -> AsyncIterator[GrokClient]:
    async with make_http() as http, asyncio.timeout(30):
        yield GrokClient(http, base_url=demo.base_url, api_key=Secret(demo.key), timing=QUICK)


async def made(demo: Demo, prompt: str) -> dict[str, object]:
    """Return what the server has counted for a prompt."""
    async with make_http() as http:
        answer = await http.get(demo.base_url.removesuffix("/v1") + "/control/generations")
    counts = {str(row["prompt"]): row for row in answer.json()["generations"]}
    return dict(counts.get(prompt, {}))


async def submit(demo: Demo, prompt: str) -> str:
    """Order a clip and leave as soon as its number is known."""
    request = VideoRequest("grok-imagine-1.0-video", prompt, seconds=6)
    async with client_of(demo) as client, aclosing(client.stream_video(request)) as events:
        first = await anext(events)
    assert isinstance(first, VideoSubmitted)
    return first.job_id


async def clip_of(demo: Demo, client: GrokClient, prompt: str) -> MediaRef:
    async with aclosing(client.follow_video(await submit(demo, prompt))) as events:
        ready = [event async for event in events][-1]
    assert isinstance(ready, VideoReady)
    return ready.clip


async def test_a_clip_ordered_by_one_client_is_had_by_the_next(demo: Demo, tmp_path: Path) -> None:
    number = await submit(demo, "[[seconds=1]] a lighthouse")
    async with client_of(demo) as client:
        async with aclosing(client.follow_video(number)) as events:
            found = [event async for event in events]
        *before, ready = found
        assert isinstance(ready, VideoReady)
        assert [event.poster for event in before if isinstance(event, VideoPoster)] == [ready.poster]
        assert ready.poster
        file = await client.fetch(ready.clip, tmp_path, kind="video", max_bytes=LIMIT_BYTES)
        await client.fetch(ready.poster, tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    assert file.extension == "mp4"
    assert await made(demo, "a lighthouse") == {
        "prompt": "a lighthouse",
        "kind": "video",
        "begun": 1,
        "finished": 1,
        "abandoned": 0,
    }


async def test_a_number_the_server_does_not_know_is_gone(demo: Demo) -> None:
    async with client_of(demo) as client, aclosing(client.follow_video("of-another-server")) as events:
        with pytest.raises(UpstreamJobGone):
            await anext(events)


async def test_a_cancelled_picture_is_abandoned_by_the_server(demo: Demo) -> None:
    async with client_of(demo) as client:
        drawing = asyncio.create_task(client.generate_images(ImageRequest("grok-imagine-1.0", "an apple")))
        while not await made(demo, "an apple"):
            await asyncio.sleep(0.01)
        drawing.cancel()
        await asyncio.wait([drawing])
        while not (count := await made(demo, "an apple"))["abandoned"]:
            await asyncio.sleep(0.01)
    assert (count["begun"], count["finished"]) == (1, 0)


FILES = {"slowfile": "slow", "longfile": "cut", "cutclip": "cut", "shortfile": "network", "mb=21": "size"}


@pytest.mark.parametrize(("way", "reason"), FILES.items())
async def test_a_clip_handed_out_badly_is_no_half_clip(demo: Demo, way: str, reason: str, tmp_path: Path) -> None:
    async with client_of(demo) as client:
        ref = await clip_of(demo, client, f"[[seconds=1 {way}]] the sea")
        with pytest.raises(MediaError) as caught:
            await client.fetch(ref, tmp_path, kind="video", max_bytes=LIMIT_BYTES)
    assert caught.value.reason == reason
    assert os.listdir(tmp_path) == []


async def test_a_clip_that_breaks_off_twice_is_whole_in_the_end(demo: Demo, tmp_path: Path) -> None:
    async with client_of(demo) as client:
        ref = await clip_of(demo, client, "[[seconds=1 mb=8 shortfile=2]] the sea")
        file = await client.fetch(ref, tmp_path, kind="video", max_bytes=LIMIT_BYTES)
    assert file.size_bytes == 8 * 2**20


async def test_a_poster_that_is_a_page_is_none(demo: Demo, tmp_path: Path) -> None:
    async with client_of(demo) as client:
        async with aclosing(client.follow_video(await submit(demo, "[[seconds=1 posterhtml]] the sea"))) as events:
            ready = [event async for event in events][-1]
        assert isinstance(ready, VideoReady)
        assert ready.poster
        with pytest.raises(MediaError) as caught:
            await client.fetch(ready.poster, tmp_path, kind="image", max_bytes=LIMIT_BYTES)
    assert caught.value.reason == "type"
