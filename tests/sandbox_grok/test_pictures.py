"""Pictures: real files of the asked size, in the proxy's dialects."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.sandbox_grok.serving import (
    EDIT,
    IMAGE,
    DemoClient,
    contents,
    data_uri,
    demo_server,
    finishes,
    list_at,
    opened,
    parse_events,
    png,
    with_picture,
)

SIZES = {
    "1024x1024": (1024, 1024),
    "1280x720": (1280, 720),
    "720x1280": (720, 1280),
    "1792x1024": (1792, 1024),
    "1024x1792": (1024, 1792),
}
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG"


def link_in(markdown: str) -> str:
    found = re.fullmatch(r"!\[image\]\((.+)\)", markdown)
    assert found, markdown
    return found.group(1)


@pytest.mark.parametrize(("name", "size"), SIZES.items())
async def test_a_picture_has_the_asked_size(demo: DemoClient, name: str, size: tuple[int, int]) -> None:
    link = await demo.message("a red apple", model=IMAGE, image_config={"size": name})
    raw = (await demo.http.get(link)).content
    assert raw.startswith(JPEG)
    assert opened(raw).size == size


async def test_a_stream_replaces_preview_by_medium_by_final(demo: DemoClient) -> None:
    answer = await demo.chat("a red apple", model=IMAGE)
    events = parse_events(answer.text)
    links = [link_in(content) for content in contents(answer.text)]
    assert [event.name for event in events] == ["chat.completion.chunk"] * 3
    assert [link.rsplit("-", 2)[-2:] for link in links[:2]] == [["preview", "0.png"], ["medium", "1.png"]]
    assert links[2].endswith("-final.jpg")
    assert [(await demo.http.get(link)).content[:4] for link in links[:2]] == [PNG, PNG]
    assert (await demo.http.get(links[2])).content.startswith(JPEG)


async def test_only_the_last_chunk_of_a_picture_names_a_finish(demo: DemoClient) -> None:
    answer = await demo.chat("a red apple", model=IMAGE)
    choices = [list_at(event.json, "choices")[0] for event in parse_events(answer.text)]
    assert ["finish_reason" in choice for choice in choices] == [False, False, True]
    assert all("logprobs" not in choice and choice["delta"]["role"] == "assistant" for choice in choices)
    assert "[DONE]" not in answer.text


async def test_two_pictures_interleave_in_one_stream(demo: DemoClient) -> None:
    answer = await demo.chat("a red apple", model=IMAGE, image_config={"n": 2})
    choices = [list_at(event.json, "choices")[0] for event in parse_events(answer.text)]
    assert [choice["index"] for choice in choices] == [0, 1] * 3
    assert finishes(answer.text) == ["stop", "stop"]
    assert len(set(contents(answer.text))) == 6


async def test_base64_in_a_stream_is_a_data_uri_labelled_png(demo: DemoClient) -> None:
    answer = await demo.chat("a red apple", model=IMAGE, image_config={"response_format": "b64_json"})
    label, data = link_in(contents(answer.text)[-1]).split(",")
    assert label == "data:image/png;base64"
    assert base64.b64decode(data).startswith(JPEG)


async def test_base64_without_a_stream_is_bare(demo: DemoClient) -> None:
    config = {"response_format": "base64", "size": "1280x720"}
    raw = base64.b64decode(await demo.message("a red apple", model=IMAGE, image_config=config))
    assert opened(raw).size == (1280, 720)


async def test_without_a_stream_only_one_link_comes_back(demo: DemoClient) -> None:
    content = await demo.message("a red apple", model=IMAGE, image_config={"n": 4})
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1/files/image/[0-9a-f-]{36}\.jpg", content)


async def test_the_generations_route_makes_as_many_as_asked(demo: DemoClient) -> None:
    made = (await demo.post("/v1/images/generations", {"prompt": "a red apple", "n": 4})).json()
    files = {(await demo.http.get(item["url"])).content for item in made["data"]}
    assert len(files) == 4


async def test_the_generations_route_streams_its_own_events(demo: DemoClient) -> None:
    answer = await demo.post("/v1/images/generations", {"prompt": "apple", "stream": True, "n": 1})
    events = parse_events(answer.text)
    partial, completed = "image_generation.partial_image", "image_generation.completed"
    assert [(event.name, event.json["type"]) for event in events] == [
        (partial, partial),
        (partial, partial),
        (completed, completed),
    ]
    assert [event.json["stage"] for event in events] == ["preview", "medium", "final"]
    assert [event.json.get("partial_image_index") for event in events] == [0, 1, None]


async def test_an_aspect_ratio_stands_for_a_size(demo: DemoClient) -> None:
    made = (await demo.post("/v1/images/generations", {"prompt": "a", "aspect_ratio": "9:16"})).json()
    assert opened((await demo.http.get(made["data"][0]["url"])).content).size == (720, 1280)


async def test_the_same_prompt_draws_the_same_and_another_draws_another(demo: DemoClient) -> None:
    async def drawn(prompt: str) -> bytes:
        return (await demo.http.get(await demo.message(prompt, model=IMAGE))).content

    assert await drawn("a calm sea") == await drawn("a calm sea")
    assert await drawn("a calm sea") != await drawn("a calm sea, later")


@pytest.mark.parametrize(("prompt", "channel"), [("a blue ocean", 2), ("a green forest", 1), ("fire and lava", 0)])
async def test_colour_words_rule_the_colours(demo: DemoClient, prompt: str, channel: int) -> None:
    picture = opened((await demo.http.get(await demo.message(prompt, model=IMAGE))).content)
    means = ImageStat.Stat(picture).mean
    assert means[channel] == max(means)


async def test_an_edit_shows_the_given_picture_changed(demo: DemoClient) -> None:
    given = Image.linear_gradient("L").convert("RGB").resize((300, 200))
    with io.BytesIO() as file:
        given.save(file, "PNG")
        raw = file.getvalue()
    edited = opened((await demo.http.get(await demo.message(with_picture("make it red", raw), model=EDIT))).content)
    inside = edited.resize((310, 210)).crop((5, 5, 305, 205))
    # Still dark above and light below, as given; but red now.
    top, bottom = ImageStat.Stat(inside.crop((0, 0, 300, 60))), ImageStat.Stat(inside.crop((0, 110, 300, 160)))
    assert sum(bottom.mean) > sum(top.mean) + 60
    assert bottom.mean[0] > bottom.mean[2] + 15
    assert ImageChops.difference(inside, given).getbbox() is not None


async def test_an_edit_gives_signs_of_life_and_then_the_picture(demo: DemoClient) -> None:
    answer = await demo.chat(with_picture("make it golden"), model=EDIT)
    deltas = [list_at(event.json, "choices")[0]["delta"]["content"] for event in parse_events(answer.text)]
    assert deltas[:2] == ["", ""]
    assert "/generated/" in link_in(str(deltas[2]))
    assert finishes(answer.text) == ["stop"]


async def test_an_edit_by_form_and_by_json_give_the_same_file(demo: DemoClient) -> None:
    by_form = await demo.http.post("/v1/images/edits", data={"prompt": "gold"}, files={"image": ("a.png", png())})
    by_json = await demo.post("/v1/images/edits", {"prompt": "gold", "image": {"url": data_uri(png())}})
    several = await demo.post("/v1/images/edits", {"prompt": "gold", "images": [{"url": data_uri(png())}]})
    files = {(await demo.http.get(a.json()["data"][0]["url"])).content for a in (by_form, by_json, several)}
    assert len(files) == 1


async def test_edits_of_two_pictures_do_not_overwrite_each_other(demo: DemoClient) -> None:
    given = [png(60, 60, colour) for colour in ("#101010", "#f0f0f0")]
    links = [await demo.message(with_picture("gold", raw), model=EDIT) for raw in given]
    dark, light = [ImageStat.Stat(opened((await demo.http.get(link)).content)).mean[0] for link in links]
    assert light > dark + 60


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (4000, 20)])
async def test_odd_pictures_can_be_edited(demo: DemoClient, size: tuple[int, int]) -> None:
    link = await demo.message(with_picture("mirror it", png(*size)), model=EDIT)
    assert opened((await demo.http.get(link)).content).width >= 1


async def test_a_picture_of_too_many_pixels_is_refused(demo: DemoClient) -> None:
    with io.BytesIO() as file:
        Image.new("1", (8000, 8000)).save(file, "PNG")
        raw = file.getvalue()
    answer = await demo.chat(with_picture("gold", raw), model=EDIT, stream=False)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "The image is too large"


async def test_a_file_that_is_no_picture_is_refused(demo: DemoClient) -> None:
    answer = await demo.chat(with_picture("gold", b"no picture"), model=EDIT, stream=False)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_media"


async def test_without_an_address_links_are_as_the_proxy_gives_them() -> None:
    async with demo_server(app_url="") as demo:
        drawn = await demo.message("apple", model=IMAGE)
        edited = await demo.message(with_picture("gold"), model=EDIT)
        assert drawn.startswith("/v1/files/image/")
        assert edited.startswith("https://assets.grok.com/users/")
        assert (await demo.http.get(drawn)).status_code == 200


async def test_an_address_with_a_path_stands_before_links() -> None:
    async with demo_server(app_url="https://grok.example.org/grok/") as demo:
        link = await demo.message("apple", model=IMAGE)
        assert link.startswith("https://grok.example.org/grok/v1/files/image/")


async def test_any_prompt_can_be_a_caption(demo: DemoClient) -> None:
    for prompt in ("日本の富士山 🗻", "x" * 6000, "<b>&amp;\n\n```", "é" * 200):
        link = await demo.message(prompt, model=IMAGE)
        assert opened((await demo.http.get(link)).content).size == (1024, 1024)
