"""Every fault of pictures and clips."""

from __future__ import annotations

import base64
import re
from itertools import pairwise

import pytest

from tests.sandbox_grok.serving import (
    EDIT,
    IMAGE,
    VIDEO,
    DemoClient,
    contents,
    finishes,
    list_at,
    opened,
    parse_events,
    with_picture,
)

CLIP = "[[seconds=0.5 {}]] sea"


async def picture(demo: DemoClient, fault: str) -> str:
    answer = await demo.chat(f"[[{fault}]] apple", model=IMAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


async def clip(demo: DemoClient, fault: str) -> str:
    answer = await demo.chat(CLIP.format(fault), model=VIDEO)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("fault", "code"), [("wserror", "internal"), ("close", "ws_closed"), ("moderated g2", "blocked")]
)
async def test_a_failed_picture_is_an_error_event_without_done(demo: DemoClient, fault: str, code: str) -> None:
    (event,) = parse_events(await picture(demo, fault))
    assert event.name == "error"
    assert event.json["error"]["code"] == code


@pytest.mark.parametrize("fault", ["ratelimit", "http429", "empty", "nothing"])
async def test_a_picture_can_be_zero_bytes(demo: DemoClient, fault: str) -> None:
    assert await picture(demo, fault) == ""


@pytest.mark.parametrize("fault", ["wserror", "ratelimit", "close", "http500", "cut"])
async def test_a_failed_picture_is_the_word_error(demo: DemoClient, fault: str) -> None:
    assert await demo.message(f"[[{fault}]] apple", model=IMAGE) == "error"
    made = (await demo.post("/v1/images/generations", {"prompt": f"[[{fault}]] apple"})).json()
    assert made["data"] == [{"url": "error"}]


@pytest.mark.parametrize("fault", ["wserror", "moderated", "ratelimit"])
async def test_the_later_proxy_says_bad_gateway(demo: DemoClient, fault: str) -> None:
    answer = await demo.chat(f"[[{fault} g2]] apple", model=IMAGE, stream=False)
    assert answer.status_code == 502
    assert answer.json()["error"]["message"] == "Image generation blocked or no valid final image"


async def test_a_moderated_picture_passes_its_blurred_state_for_the_result(demo: DemoClient) -> None:
    body = await picture(demo, "moderated")
    final = contents(body)[-1]
    assert finishes(body) == ["stop"]
    link = re.search(r"\((.+)\)", final)
    assert link
    assert opened((await demo.http.get(link.group(1))).content).width < 1024


async def test_a_cut_picture_has_a_preview_and_no_finish(demo: DemoClient) -> None:
    body = await picture(demo, "cut")
    assert len(contents(body)) == 1
    assert finishes(body) == []


async def test_a_refusal_is_text(demo: DemoClient) -> None:
    assert "cannot draw that" in contents(await picture(demo, "refusal"))[-1]
    assert "cannot draw that" in await demo.message("[[refusal]] apple", model=IMAGE)
    assert "cannot draw that" in contents(await clip(demo, "refusal"))[-1]


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("relative_url", r"!\[image\]\(/v1/files/image/[0-9a-f-]+-final\.jpg\)"),
        ("assets_url", r"!\[image\]\(https://assets\.grok\.com/.+\)"),
        ("img_tag", r'<img src="http://127\.0\.0\.1:\d+/v1/files/image/.+-final\.jpg" alt="image">'),
        ("url_line", r"http://127\.0\.0\.1:\d+/v1/files/image/.+-final\.jpg"),
        ("b64", r"!\[image\]\(data:image/png;base64,[A-Za-z0-9+/=]+\)"),
    ],
)
async def test_a_link_can_look_otherwise(demo: DemoClient, fault: str, pattern: str) -> None:
    assert re.fullmatch(pattern, contents(await picture(demo, fault))[-1])


async def test_base64_can_come_although_a_link_was_asked_for(demo: DemoClient) -> None:
    assert opened(base64.b64decode(await demo.message("[[b64]] apple", model=IMAGE))).size == (1024, 1024)
    made = (await demo.post("/v1/images/generations", {"prompt": "[[b64]] apple"})).json()
    assert set(made["data"][0]) == {"b64_json"}


async def test_a_label_can_lie(demo: DemoClient) -> None:
    link = await demo.message("[[wrong_mime]] apple", model=IMAGE)
    answer = await demo.http.get(link)
    assert link.endswith(".png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\xff\xd8\xff")


async def test_a_link_can_be_dead(demo: DemoClient) -> None:
    link = await demo.message("[[gone]] apple", model=IMAGE)
    assert (await demo.http.get(link)).status_code == 404


async def test_a_file_can_be_huge_and_still_a_picture_or_a_clip(demo: DemoClient) -> None:
    image = (await demo.http.get(await demo.message("[[huge=2]] apple", model=IMAGE))).content
    assert len(image) > 2 * 2**20
    assert opened(image).size == (1024, 1024)
    found = re.search(r'src="([^"]+)"', contents(await clip(demo, "huge=2"))[-1])
    assert found
    film = (await demo.http.get(found.group(1))).content
    free = film.rindex(b"free")
    assert int.from_bytes(film[free - 4 : free], "big") == len(film) - free + 4 == 2 * 2**20 + 8


async def test_an_edit_can_give_signs_of_life_and_nothing_else(demo: DemoClient) -> None:
    answer = await demo.chat(with_picture("[[edit_onlyprogress]] gold"), model=EDIT)
    assert len(parse_events(answer.text)) == 3
    assert contents(answer.text) == finishes(answer.text) == []
    whole = await demo.chat(with_picture("[[edit_onlyprogress]] gold"), model=EDIT, stream=False)
    assert whole.status_code == 502
    assert whole.json()["error"]["message"] == "Image edit returned no results"


@pytest.mark.parametrize("fault", ["video_cut", "cut", "video_stall=0.05"])
async def test_a_clip_can_stop_half_way(demo: DemoClient, fault: str) -> None:
    body = await clip(demo, fault)
    assert "当前进度" in body
    assert "当前进度100%" not in body
    assert finishes(body) == []
    assert "[DONE]" not in body


async def test_a_blocked_clip_reaches_the_end_and_is_not_there(demo: DemoClient) -> None:
    body = await clip(demo, "video_mod")
    assert contents(body)[-1] == "正在生成视频中，当前进度100%\n"
    assert finishes(body) == ["stop"]
    assert await demo.message(CLIP.format("video_mod"), model=VIDEO) == ""


async def test_a_clip_can_lack_its_poster(demo: DemoClient) -> None:
    assert "poster" not in contents(await clip(demo, "video_nothumb"))[-1]


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("video_url", r"http://\S+\.mp4\n"),
        ("url_line", r"http://\S+\.mp4\n"),
        ("video_markdown", r"\[video\]\(http://\S+\.mp4\)"),
        ("video_tag", r'<video controls src="http://\S+\.mp4"></video>'),
    ],
)
async def test_a_clip_can_be_shown_otherwise(demo: DemoClient, fault: str, pattern: str) -> None:
    assert re.fullmatch(pattern, contents(await clip(demo, fault))[-1])


@pytest.mark.parametrize(
    ("fault", "line"), [("video_inthink", "当前进度50%"), ("video_round", "[round=1/1] progress=50%\n")]
)
async def test_progress_can_stand_inside_thinking(demo: DemoClient, fault: str, line: str) -> None:
    found = contents(await clip(demo, fault))
    opening, closing = found.index("<think>\n"), found.index("\n</think>\n")
    assert any(line in piece for piece in found[opening:closing])
    assert found[-1].startswith("<video")


async def test_progress_can_come_as_reasoning(demo: DemoClient) -> None:
    body = await clip(demo, "video_reasoning")
    chunks = [event.json for event in parse_events(body)[:-1]]
    lines = [list_at(chunk, "choices")[0]["delta"].get("reasoning_content") for chunk in chunks]
    assert "视频正在生成 50%\n" in lines
    assert len(contents(body)) == 1


async def test_progress_can_be_missing(demo: DemoClient) -> None:
    assert len(contents(await clip(demo, "video_noprogress"))) == 1


async def test_progress_can_repeat_and_go_back(demo: DemoClient) -> None:
    percents = [int(n) for n in re.findall(r"当前进度(\d+)%", await clip(demo, "video_back"))]
    steps = list(pairwise(percents))
    assert any(later == one for one, later in steps)
    assert any(later < one for one, later in steps)
    assert percents[-1] == 100


@pytest.mark.parametrize("fault", ["notokens", "html502", "credits", "status500"])
@pytest.mark.parametrize("model", [IMAGE, VIDEO])
async def test_whole_replies_are_replaced_here_too(demo: DemoClient, fault: str, model: str) -> None:
    assert (await demo.chat(f"[[{fault}]] x", model=model)).status_code >= 400
