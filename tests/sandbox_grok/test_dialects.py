"""Faults that change how an answer is told: reasoning, other servers' chunks, pictures among text."""

from __future__ import annotations

import pytest

from tests.sandbox_grok.serving import DemoClient, contents, finishes, list_at, parse_events, stream, whole_text


# Reasoning: fault, how the joined content begins.
@pytest.mark.parametrize(
    ("fault", "begins", "opens", "closes"),
    [
        ("think", "<think>\nThe question", 1, 1),
        ("search", "<think>\nThe question", 1, 1),
        ("think_split", "<think>\nThe question", 1, 1),
        ("think_unclosed", "<think>\nThe question", 1, 0),
        ("think_noopen", "The question", 0, 1),
        ("think_twice", "<think>\nThe question", 2, 2),
        ("think_only", "<think>\nThe question", 1, 1),
    ],
)
async def test_reasoning_stands_in_tags(demo: DemoClient, fault: str, begins: str, opens: int, closes: int) -> None:
    text = "".join(contents(await stream(demo, fault)))
    assert text.startswith(begins)
    assert (text.count("<think>"), text.count("</think>")) == (opens, closes)
    assert text.endswith(await whole_text(demo)) is (fault != "think_only")
    assert ("[WebSearch]" in text) is (fault == "search")


async def test_split_tags_are_whole_in_no_chunk(demo: DemoClient) -> None:
    assert not [piece for piece in contents(await stream(demo, "think_split")) if "think>" in piece]


async def test_reasoning_is_not_where_a_break_strikes(demo: DemoClient) -> None:
    text = "".join(contents(await stream(demo, "think cut")))
    assert "</think>\n" in text
    assert not text.endswith("</think>\n")


async def test_a_plain_answer_has_no_reasoning(demo: DemoClient) -> None:
    answer = await demo.chat("[[plain]] hi", model="grok-4-thinking")
    assert "think>" not in "".join(contents(answer.text))


async def test_tags_can_be_text(demo: DemoClient) -> None:
    assert "```html\n<think>this is" in "".join(contents(await stream(demo, "think_literal")))


@pytest.mark.parametrize(
    ("fault", "fields"),
    [
        ("reasoning_content", {"reasoning_content"}),
        ("reasoning", {"reasoning"}),
        ("reasoning_both", {"reasoning_content", "reasoning"}),
    ],
)
async def test_reasoning_has_fields_of_its_own_elsewhere(demo: DemoClient, fault: str, fields: set[str]) -> None:
    body = await stream(demo, fault)
    deltas = [list_at(event.json, "choices")[0]["delta"] for event in parse_events(body)[:-1]]
    seen = {name for delta in deltas for name in ("reasoning_content", "reasoning") if delta.get(name)}
    assert seen == fields
    assert "".join(contents(body)) == await whole_text(demo)
    message = (await demo.chat(f"[[{fault}]] hi", stream=False)).json()["choices"][0]["message"]
    assert fields <= set(message)


async def test_xai_names_the_role_with_the_text_and_the_usage_last(demo: DemoClient) -> None:
    chunks = [event.json for event in parse_events(await stream(demo, "xai"))[:-1]]
    first, finish, usage = chunks[0]["choices"][0], chunks[-2]["choices"][0], chunks[-1]
    assert first["delta"]["role"] == "assistant"
    assert first["delta"]["content"]
    assert "finish_reason" not in first
    assert finish["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] > 0
    assert chunks[0]["model"] != "grok-3"


async def test_a_router_names_the_finish_twice(demo: DemoClient) -> None:
    body = await stream(demo, "openrouter")
    assert finishes(body) == ["stop", "stop"]
    assert ": OPENROUTER PROCESSING" in body


async def test_citations_stand_beside_the_finish(demo: DemoClient) -> None:
    last = parse_events(await stream(demo, "citations"))[-2].json
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["total_tokens"] > 0
    assert all(url.startswith("https://") for url in last["citations"])


async def test_content_can_be_a_list_of_parts(demo: DemoClient) -> None:
    chunks = [event.json for event in parse_events(await stream(demo, "content_parts"))[:-1]]
    parts = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    text = "".join(part[0]["text"] for part in parts if isinstance(part, list))
    assert text == await whole_text(demo)


async def test_a_card_is_a_picture_among_the_text(demo: DemoClient) -> None:
    found = contents(await stream(demo, "card"))
    assert found[0] == "Here is a picture:"
    assert found[1].startswith("![")
    assert found[1].endswith(")\n")
    link = found[1].rpartition("(")[2].rstrip(")\n")
    assert (await demo.http.get(link)).headers["content-type"] == "image/jpeg"
    assert "![" in await demo.message("[[card]] hi")


async def test_pictures_can_be_drawn_within_a_chat(demo: DemoClient) -> None:
    found = contents(await stream(demo, "chatimage"))
    assert "正在生成第1张图片中，当前进度50%\n" in found
    assert sum(piece.startswith("![") for piece in found) == 2
    assert (await demo.message("[[chatimage]] hi")).count("![") == 2
