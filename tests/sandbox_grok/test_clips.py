"""Clips: real MP4 files that browsers play, and the progress that leads to them."""

from __future__ import annotations

import asyncio
import io
import re
import threading
from dataclasses import dataclass

import av
import pytest
from PIL import ImageStat

from sandbox.grok.film import ClipOrder, FilmStopped, film
from sandbox.grok.orders import clip_size
from sandbox.grok.studio import Studio
from tests.sandbox_grok.serving import (
    VIDEO,
    DemoClient,
    contents,
    data_uri,
    finishes,
    opened,
    parse_events,
    png,
    with_picture,
)

HTML = re.compile(
    r'<video id="video" controls="" preload="none" poster="([^"]+)">\n'
    r'  <source id="mp4" src="([^"]+)" type="video/mp4">\n</video>'
)
PROGRESS = re.compile(r"正在生成视频中，当前进度(\d+)%\n")


@dataclass(frozen=True)
class Probed:
    codec: str
    pixels: str
    size: tuple[int, int]
    seconds: float
    fps: float
    first: tuple[float, ...]
    last: tuple[float, ...]


def probe(raw: bytes) -> Probed:
    """Decode a whole clip. first, last: the mean colours of those frames."""
    with av.open(io.BytesIO(raw), "r") as container:
        stream = container.streams.video[0]
        frames = [frame.to_image() for frame in container.decode(stream)]  # type: ignore[no-untyped-call]  # PyAV
        rate = float(stream.average_rate or 0)
        return Probed(
            codec=stream.codec_context.name,
            pixels=str(stream.codec_context.pix_fmt),
            size=(stream.width, stream.height),
            seconds=len(frames) / rate,
            fps=rate,
            first=tuple(ImageStat.Stat(frames[0]).mean),
            last=tuple(ImageStat.Stat(frames[-1]).mean),
        )


def clip_link(content: str) -> str:
    found = HTML.fullmatch(content)
    assert found, content
    return found.group(2)


async def test_a_stream_counts_up_and_ends_with_the_clip(demo: DemoClient) -> None:
    answer = await demo.chat("a calm sea", model=VIDEO)
    *lines, shown = contents(answer.text)
    percents = [int(found.group(1)) for line in lines if (found := PROGRESS.fullmatch(line))]
    assert len(percents) == len(lines) >= 4
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (1, 100)
    assert HTML.fullmatch(shown)
    assert finishes(answer.text) == ["stop"]
    assert parse_events(answer.text)[-1].data == "[DONE]"


async def test_clip_chunks_have_no_fingerprint(demo: DemoClient) -> None:
    events = parse_events((await demo.chat("sea", model=VIDEO)).text)[:-1]
    assert all("system_fingerprint" not in event.json for event in events)


async def test_the_clip_is_h264_of_the_default_length_with_its_index_first(demo: DemoClient) -> None:
    raw = (await demo.http.get(clip_link(await demo.message("a calm sea", model=VIDEO)))).content
    probed = probe(raw)
    assert (probed.codec, probed.pixels, probed.size) == ("h264", "yuv420p", (720, 480))
    assert probed.seconds == pytest.approx(6, abs=0.1)
    assert raw[4:8] == b"ftyp"
    assert -1 < raw.find(b"moov") < raw.find(b"mdat")


@pytest.mark.parametrize(
    ("ratio", "quality", "size"),
    [
        ("16:9", "480p", (854, 480)),
        ("9:16", "480p", (480, 854)),
        ("1:1", "720p", (720, 720)),
        ("16:9", "720p", (1280, 720)),
        ("2:3", "720p", (720, 1080)),
        ("3:2", "480p", (720, 480)),
    ],
)
def test_sizes_follow_ratio_and_quality(ratio: str, quality: str, size: tuple[int, int]) -> None:
    assert clip_size(ratio, quality) == size


async def test_the_asked_ratio_and_quality_are_made(demo: DemoClient) -> None:
    config = {"aspect_ratio": "9:16", "resolution_name": "720p", "video_length": 6}
    content = await demo.message("[[seconds=1]] city at night", model=VIDEO, video_config=config)
    probed = probe((await demo.http.get(clip_link(content))).content)
    assert probed.size == (720, 1280)
    assert probed.seconds == pytest.approx(1, abs=0.1)
    assert 12 <= probed.fps <= 24


async def test_large_clips_say_that_they_are_upscaled(demo: DemoClient) -> None:
    answer = await demo.chat("[[seconds=1]] sea", model=VIDEO, video_config={"resolution_name": "720p"})
    assert "正在对视频进行超分辨率\n" in contents(answer.text)


async def test_the_poster_is_a_still_of_the_clips_size(demo: DemoClient) -> None:
    found = HTML.fullmatch(await demo.message("[[seconds=1]] sea", model=VIDEO))
    assert found
    assert opened((await demo.http.get(found.group(1))).content).size == (720, 480)


async def test_no_effort_means_no_progress(demo: DemoClient) -> None:
    answer = await demo.chat("[[seconds=1]] sea", model=VIDEO, reasoning_effort="none")
    assert len(contents(answer.text)) == 1


async def test_a_given_picture_is_what_the_clip_shows(demo: DemoClient) -> None:
    content = await demo.message(with_picture("[[seconds=1]] pan", png(400, 300, "#c81414")), model=VIDEO)
    probed = probe((await demo.http.get(clip_link(content))).content)
    for red, green, blue in (probed.first, probed.last):
        assert red > 150
        assert max(green, blue) < 60


def test_a_scene_moves() -> None:
    frames = film(ClipOrder("sunset over mountains", (160, 96), 1), threading.Event())
    probed = probe(frames.clip)
    assert probed.first != probed.last


def test_making_stops_when_the_server_ends() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(FilmStopped):
        film(ClipOrder("sea", (848, 480), 15), stop)


async def test_closing_the_studio_ends_the_clip_under_way() -> None:
    studio = Studio()
    making = asyncio.create_task(studio.film(ClipOrder("sea", (1280, 720), 15)))
    await asyncio.sleep(0)  # lets it begin
    studio.close()
    with pytest.raises((FilmStopped, asyncio.CancelledError)):
        await making


async def test_the_same_clip_is_made_once() -> None:
    studio = Studio()
    order = ClipOrder("sea", (96, 64), 0.2)
    one, other = await asyncio.gather(studio.film(order), studio.film(order))
    studio.close()
    assert one is other


async def order_job(demo: DemoClient, prompt: str, **more: object) -> str:
    answer = await demo.post("/v1/videos/generations", {"prompt": prompt, "duration": 1, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["request_id"])


async def job_end(demo: DemoClient, number: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Ask until the clip is over; returns the last answer and those before it."""
    waiting: list[dict[str, object]] = []
    async with asyncio.timeout(20):
        while True:
            body = (await demo.http.get(f"/v1/videos/{number}")).json()
            if body["status"] != "pending":
                return body, waiting
            waiting.append(body)


async def test_a_job_is_pending_with_progress_and_then_done(demo: DemoClient) -> None:
    done, waiting = await job_end(demo, await order_job(demo, "sea", aspect_ratio="4:3", duration=2))
    assert all(0 <= int(str(body["progress"])) <= 99 for body in waiting)
    assert waiting
    video = done["video"]
    assert isinstance(video, dict)
    assert (done["status"], done["progress"], video["respect_moderation"]) == ("done", 100, True)
    probed = probe((await demo.http.get(video["url"])).content)
    assert probed.size == (640, 480)
    assert probed.seconds == pytest.approx(2, abs=0.1)


async def test_a_job_takes_a_picture(demo: DemoClient) -> None:
    done, _ = await job_end(demo, await order_job(demo, "pan", image={"url": data_uri(png(80, 80, "#c81414"))}))
    video = done["video"]
    assert isinstance(video, dict)
    red, green, _ = probe((await demo.http.get(video["url"])).content).first
    assert red > green + 80


async def test_a_blocked_job_is_done_without_a_link(demo: DemoClient) -> None:
    done, _ = await job_end(demo, await order_job(demo, "[[video_mod]] sea"))
    assert done["video"] == {"duration": 1, "respect_moderation": False}


@pytest.mark.parametrize(("fault", "status"), [("video_fail", "failed"), ("video_expired", "expired")])
async def test_a_job_can_end_badly(demo: DemoClient, fault: str, status: str) -> None:
    done, _ = await job_end(demo, await order_job(demo, f"[[{fault}]] sea"))
    assert done["status"] == status
    assert "video" not in done


@pytest.mark.parametrize("more", [{"duration": 16}, {"duration": 0.5}, {"aspect_ratio": "5:4"}, {"resolution": "4k"}])
async def test_a_job_that_cannot_be_made_is_refused(demo: DemoClient, more: dict[str, object]) -> None:
    answer = await demo.post("/v1/videos/generations", {"prompt": "sea", **more})
    assert answer.status_code == 400


async def test_an_unknown_job_is_not_found(demo: DemoClient) -> None:
    assert (await demo.http.get("/v1/videos/nothing")).status_code == 404
