"""What was begun, finished and abandoned: how tests of clients prove that nothing is made twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest

from sandbox.grok.ledger import REMEMBERED, Ledger
from tests.sandbox_grok.serving import IMAGE, VIDEO, DemoClient, Json, demo_server


async def counts(demo: DemoClient) -> list[Json]:
    found = (await demo.http.get("/control/generations")).json()["generations"]
    assert isinstance(found, list)
    return found


async def settled(demo: DemoClient, key: str) -> Json:
    """Return the only count once its `key` is no longer 0."""
    async with asyncio.timeout(20):
        while True:
            (count,) = await counts(demo)
            if count[key]:
                return count
            await asyncio.sleep(0.01)


def count(prompt: str, kind: str, begun: int, finished: int, abandoned: int) -> Json:
    return {"prompt": prompt, "kind": kind, "begun": begun, "finished": finished, "abandoned": abandoned}


@pytest.mark.parametrize("stream", [True, False])
async def test_what_is_made_is_counted_by_its_prompt(demo: DemoClient, stream: bool) -> None:
    for _ in range(2):
        await demo.chat("[[seconds=1]] sea", model=VIDEO, stream=stream)
    await demo.chat("apple", model=IMAGE, stream=stream)
    assert await counts(demo) == [count("sea", "video", 2, 2, 0), count("apple", "image", 1, 1, 0)]


async def test_every_picture_counts(demo: DemoClient) -> None:
    await demo.post("/v1/images/generations", {"prompt": "apple", "n": 4})
    assert await counts(demo) == [count("apple", "image", 4, 4, 0)]


@pytest.mark.parametrize("fault", ["notokens", "status500", "html502", "notokens_sse", "jobs"])
async def test_a_refusal_begins_nothing(demo: DemoClient, fault: str) -> None:
    await demo.chat(f"[[{fault}]] sea", model=VIDEO)
    assert await counts(demo) == []


@pytest.mark.parametrize("fault", ["video_cut", "drop", "video_mod"])
async def test_what_breaks_off_is_begun_and_no_more(demo: DemoClient, fault: str) -> None:
    async with demo.http.stream("POST", "/v1/chat/completions", json=order(f"[[{fault}]] sea", VIDEO)) as answer:
        with suppress(httpx.RemoteProtocolError, httpx.ReadError):  # a connection torn down
            await answer.aread()
    assert await settled(demo, "begun") == count("sea", "video", 1, 0, 0)


def order(prompt: str, model: str, *, stream: bool = True) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": stream}


@pytest.mark.parametrize(("model", "kind"), [(IMAGE, "image"), (VIDEO, "video")])
async def test_whoever_leaves_abandons_it(model: str, kind: str) -> None:
    async with demo_server(image_s=60, video_s=60) as demo:
        async with demo.http.stream("POST", "/v1/chat/completions", json=order("sea", model)):
            assert await settled(demo, "begun") == count("sea", kind, 1, 0, 0)
        assert await settled(demo, "abandoned") == count("sea", kind, 1, 0, 1)


async def test_a_job_is_finished_whether_anybody_asks_or_not() -> None:
    async with demo_server(video_s=0.2) as demo:
        await demo.post("/v1/videos/generations", {"prompt": "sea", "duration": 1})
        assert (await counts(demo))[0]["begun"] == 1
        assert await settled(demo, "finished") == count("sea", "video", 1, 1, 0)


def test_only_the_last_prompts_are_remembered() -> None:
    ledger = Ledger()
    for number in range(REMEMBERED + 1):
        ledger.begin(str(number), "image")
    assert len(ledger.counts()) == REMEMBERED
    assert ledger.counts()[0].prompt == "1"
