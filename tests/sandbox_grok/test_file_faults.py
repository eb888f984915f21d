"""Files handed out badly: large, slow, short, long, cut, or something else altogether."""

from __future__ import annotations

import re

import httpx
import pytest

from sandbox.grok.files import LUMP_BYTES, Stored
from tests.sandbox_grok.serving import VIDEO, DemoClient, contents, demo_server
from tests.sandbox_grok.test_clips import clip_link, job_end, order_job, probe

MIB = 2**20


async def link(demo: DemoClient, fault: str) -> str:
    return clip_link(await demo.message(f"[[seconds=1 {fault}]] sea", model=VIDEO))


async def plain(demo: DemoClient) -> bytes:
    return (await demo.http.get(await link(demo, "plain"))).content


async def test_a_clip_padded_to_a_size_has_that_size_and_plays(demo: DemoClient) -> None:
    raw = (await demo.http.get(await link(demo, "mb=3"))).content
    assert len(raw) == 3 * MIB
    assert probe(raw).seconds == pytest.approx(1, abs=0.1)


async def test_the_padding_takes_no_memory(demo: DemoClient) -> None:
    async with demo.http.stream("GET", await link(demo, "mb=3000")) as answer:
        assert int(answer.headers["content-length"]) == 3000 * MIB


async def test_a_range_reaches_into_the_padding(demo: DemoClient) -> None:
    address = await link(demo, "mb=2")
    part = await demo.http.get(address, headers={"Range": f"bytes={2 * MIB - 5}-"})
    assert (part.status_code, part.content) == (206, bytes(5))


async def test_the_rest_is_given_only_of_the_same_file(demo: DemoClient) -> None:
    address = await link(demo, "mb=2")
    tag = (await demo.http.get(address)).headers["etag"]
    rest = {"Range": "bytes=9-"}
    assert (await demo.http.get(address, headers={**rest, "If-Range": tag})).status_code == 206
    assert (await demo.http.get(address, headers={**rest, "If-Range": '"another"'})).status_code == 200


@pytest.mark.parametrize("zeros", [0, 1, LUMP_BYTES - 3, 3 * LUMP_BYTES])
def test_lumps_are_the_file(zeros: int) -> None:
    whole = b"abc" + bytes(zeros)
    file = Stored(b"abc", zeros)
    assert file.size_bytes == len(whole)
    for start, stop in ((0, len(whole)), (2, len(whole)), (1, 2), (len(whole) // 2, len(whole))):
        assert b"".join(file.part(start, stop)) == whole[start:stop]


async def test_a_file_can_come_a_few_bytes_a_second(demo: DemoClient) -> None:
    async with demo.http.stream("GET", await link(demo, "slowfile=3")) as answer:
        assert int(answer.headers["content-length"]) > 1000
        assert len(await anext(answer.aiter_raw())) == 3


async def test_a_file_can_be_shorter_than_announced(demo: DemoClient) -> None:
    address = await link(demo, "shortfile")
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await demo.http.get(address)


async def test_a_file_can_be_short_only_at_first(demo: DemoClient) -> None:
    address = await link(demo, "shortfile=1")
    with pytest.raises(httpx.RemoteProtocolError):
        await demo.http.get(address)
    assert (await demo.http.get(address)).content == await plain(demo)


async def test_a_file_can_be_longer_than_announced(demo: DemoClient) -> None:
    whole = await plain(demo)
    answer = await demo.http.get(await link(demo, "longfile"))
    assert answer.content == whole[: len(whole) // 2]


async def test_a_clip_can_be_cut_honestly(demo: DemoClient) -> None:
    whole = await plain(demo)
    answer = await demo.http.get(await link(demo, "cutclip"))
    assert answer.content == whole[: len(whole) // 2]
    assert int(answer.headers["content-length"]) == len(whole) // 2


async def test_a_poster_can_be_a_page(demo: DemoClient) -> None:
    shown = await demo.message("[[seconds=1 posterhtml mb=2]] sea", model=VIDEO)
    found = re.search(r'poster="([^"]+)"', shown)
    assert found
    answer = await demo.http.get(found[1])
    assert answer.content.startswith(b"<!doctype html>")
    assert len(answer.content) < 1000  # the clip's size is not the poster's
    assert probe((await demo.http.get(clip_link(shown))).content)


async def test_a_still_can_come_before_the_clip(demo: DemoClient) -> None:
    found = contents((await demo.chat("[[seconds=1 video_preview]] sea", model=VIDEO)).text)
    stills = [index for index, piece in enumerate(found) if piece.startswith("![preview](")]
    assert len(stills) == 1
    assert "当前进度100%" in "".join(found[stills[0] :])
    still = re.search(r"\((.+)\)", found[stills[0]])
    assert still
    assert (await demo.http.get(still[1])).headers["content-type"] == "image/jpeg"


async def refusal(demo: DemoClient, prompt: str) -> tuple[int, str]:
    answer = await demo.chat(prompt, model=VIDEO)
    return answer.status_code, answer.json()["error"]["code"]


async def test_clips_can_be_refused_in_chat_and_made_as_jobs(demo: DemoClient) -> None:
    assert await refusal(demo, "[[jobs]] sea") == (400, "unsupported_parameter")
    async with demo_server(is_video_jobs=True) as strict:
        assert await refusal(strict, "sea") == (400, "unsupported_parameter")
        done, _ = await job_end(strict, await order_job(strict, "[[jobs]] sea"))
    assert done["status"] == "done"


async def test_a_fault_laid_out_for_a_clip_is_kept_for_the_job() -> None:
    async with demo_server(is_video_jobs=True) as demo:
        await demo.next_fault("status503")
        await refusal(demo, "sea")
        assert (await demo.post("/v1/videos/generations", {"prompt": "sea"})).status_code == 503


async def test_a_job_tells_its_still_before_the_clip() -> None:
    async with demo_server(video_s=1) as demo:
        done, waiting = await job_end(demo, await order_job(demo, "sea"))
        told = [str(body["thumbnail"]) for body in waiting if "thumbnail" in body]
        assert len(set(told)) == 1
        assert "thumbnail" not in waiting[0]
        assert done["thumbnail"] == told[0]
        assert (await demo.http.get(told[0])).content[:3] == b"\xff\xd8\xff"
