"""The demo server can pass for one kind of Grok server: it takes that one's orders and no others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
import pytest

from bot.grok.dialects import DIALECTS
from sandbox.grok.kinds import ANY, KINDS
from tests.sandbox_grok.serving import EDIT, IMAGE, KEY, VIDEO, DemoClient, data_uri, demo_server, parse_events, png

FILE = {"image": ("in.png", png(), "image/png")}
PICTURE = {"url": data_uri(png())}
# OpenAI itself ended its clips in September 2026; servers that follow it kept the routes, and the package has them.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")

OF_NO_KIND = {"adaptive"}  # the bot's name for a server that it does not know


def test_it_passes_for_every_kind_that_the_bot_knows() -> None:
    assert set(KINDS) - {ANY} == set(DIALECTS) - OF_NO_KIND


@pytest.mark.parametrize(
    ("kind", "owner", "fields"),
    [
        ("grok2api", "grok2api@chenyme", {"id", "object", "created", "owned_by"}),
        ("grok2api-jobs", "xai", {"id", "object", "created", "owned_by", "name"}),
        ("grok2api-go", "grok2api", {"id", "object", "created", "owned_by"}),
        ("xai", "xai", {"id", "object", "created", "owned_by"}),
        ("openai", "openai", {"id", "object", "created", "owned_by"}),
    ],
)
async def test_models_are_listed_as_the_kind_does(kind: str, owner: str, fields: set[str]) -> None:
    async with demo_server(dialect=kind) as demo:
        rows = (await demo.http.get("/v1/models")).json()["data"]
        one = (await demo.http.get(f"/v1/models/{rows[0]['id']}")).json()
    assert {row["owned_by"] for row in rows} == {owner}
    assert set(rows[0]) == fields
    assert (rows[0]["created"] > 0) is (kind != "grok2api")
    assert one == rows[0]


@pytest.mark.parametrize(
    ("kind", "pictures", "clips"),
    [
        ("grok2api", 200, 200),
        ("grok2api-jobs", 200, 200),
        ("grok2api-go", 200, 400),
        ("xai", 400, 400),
        ("openai", 400, 400),
    ],
)
async def test_chat_makes_what_the_kind_makes_there(kind: str, pictures: int, clips: int) -> None:
    async with demo_server(dialect=kind) as demo:
        assert (await demo.chat("[[seconds=1]] sea", model=IMAGE)).status_code == pictures
        assert (await demo.chat("[[seconds=1]] sea", model=VIDEO)).status_code == clips


@pytest.mark.parametrize(
    ("kind", "json_orders", "forms"),
    [
        ("grok2api", 404, 404),
        ("grok2api-jobs", 405, 200),
        ("grok2api-go", 200, 404),
        ("xai", 200, 404),
        ("openai", 405, 200),
    ],
)
async def test_clips_are_ordered_where_the_kind_takes_them(kind: str, json_orders: int, forms: int) -> None:
    async with demo_server(dialect=kind) as demo:
        by_json = await demo.post("/v1/videos/generations", {"prompt": "[[seconds=1]] sea"})
        by_form = await demo.http.post("/v1/videos", files={"prompt": (None, "[[seconds=1]] sea")})
    assert (by_json.status_code, by_form.status_code) == (json_orders, forms)


@pytest.mark.parametrize(
    ("kind", "by_json", "by_form"),
    [
        ("grok2api", 415, 200),
        ("grok2api-jobs", 415, 400),  # it wants the field "image[]"
        ("grok2api-go", 200, 415),
        ("xai", 200, 415),
        ("openai", 415, 200),
    ],
)
async def test_pictures_are_changed_in_the_form_of_the_kind(kind: str, by_json: int, by_form: int) -> None:
    order = {"prompt": "make it golden", "model": EDIT}
    async with demo_server(dialect=kind) as demo:
        assert (await demo.post("/v1/images/edits", {**order, "image": PICTURE})).status_code == by_json
        assert (await demo.http.post("/v1/images/edits", data=order, files=FILE)).status_code == by_form


async def test_the_picture_of_a_form_has_the_name_that_the_kind_knows() -> None:
    order, files = {"prompt": "make it golden", "model": EDIT}, {"image[]": FILE["image"]}
    async with demo_server(dialect="grok2api-jobs") as demo:
        assert (await demo.http.post("/v1/images/edits", data=order, files=files)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "field"),
    [("grok2api", "content"), ("grok2api-jobs", "reasoning_content"), ("grok2api-go", "reasoning_content")],
)
async def test_reasoning_comes_in_the_field_of_the_kind(kind: str, field: str) -> None:
    async with demo_server(dialect=kind) as demo:
        body = (await demo.chat("tides", model="grok-4-thinking")).text
        plain = (await demo.chat("tides", model="grok-3")).text
    assert f'"{field}":"' in body.split("The question")[0]
    assert "reasoning_content" not in plain


async def test_chunks_of_xai_end_in_usage() -> None:
    async with demo_server(dialect="xai") as demo:
        *_, last, done = parse_events((await demo.chat("tides")).text)
    assert done.data == "[DONE]"
    assert json.loads(last.data)["choices"] == []
    assert json.loads(last.data)["usage"]


@pytest.mark.parametrize(("kind", "status"), [("grok2api", 400), ("xai", 404), ("openai", 404)])
async def test_an_unknown_model_is_refused_as_the_kind_does(kind: str, status: int) -> None:
    async with demo_server(dialect=kind) as demo:
        assert (await demo.chat("tides", model="grok-99")).status_code == status


async def ended(client: openai.AsyncOpenAI, number: str) -> openai.types.Video:
    async with asyncio.timeout(20):
        while (video := await client.videos.retrieve(number)).status in ("queued", "in_progress"):
            assert 0 <= video.progress < 100
    return video


@asynccontextmanager
async def official() -> AsyncIterator[tuple[DemoClient, openai.AsyncOpenAI]]:
    """Pass for OpenAI's server, and give its own package a client."""
    async with (
        demo_server(dialect="openai") as demo,
        openai.AsyncOpenAI(base_url=f"{demo.root}/v1", api_key=KEY, max_retries=0) as client,
    ):
        yield demo, client


async def test_the_official_package_films_and_fetches_the_clip() -> None:
    async with official() as (demo, client):
        order = await client.videos.create(model=VIDEO, prompt="[[seconds=1]] sea", seconds="4", size="720x1280")
        video = await ended(client, order.id)
        clip = await (await client.videos.download_content(video.id)).aread()
        without_key = await demo.http.get(f"/v1/videos/{video.id}/content", headers={"Authorization": ""})
    assert (video.status, video.progress, video.size) == ("completed", 100, "480x854")
    assert clip[4:8] == b"ftyp"
    assert without_key.status_code == 401


@pytest.mark.parametrize(
    ("fault", "code"), [("video_fail", "video_generation_failed"), ("video_mod", "moderation_blocked")]
)
async def test_a_clip_by_a_form_can_fail(fault: str, code: str) -> None:
    async with official() as (_, client):
        order = await client.videos.create(model=VIDEO, prompt=f"[[seconds=1 {fault}]] sea")
        video = await ended(client, order.id)
        with pytest.raises(openai.ConflictError):
            await client.videos.download_content(order.id)
    assert video.status == "failed"
    assert video.error is not None
    assert video.error.code == code


@pytest.mark.parametrize(("field", "value"), [("seconds", "5"), ("size", "10x10"), ("resolution_name", "4k")])
async def test_a_form_with_a_value_that_is_not_taken_is_refused(field: str, value: str) -> None:
    fields = {"prompt": (None, "sea"), field: (None, value)}
    async with demo_server(dialect="grok2api-jobs") as demo:
        answer = await demo.http.post("/v1/videos", files=fields)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == field


async def test_a_clip_ordered_by_a_form_is_not_taken_as_json(demo: DemoClient) -> None:
    async with demo_server(dialect="openai") as strict:
        assert (await strict.post("/v1/videos", {"prompt": "sea"})).status_code == 415
    assert (await demo.post("/v1/videos", {"prompt": "sea"})).status_code == 404
