"""Chat answers: the proxy's chunks, the demo's words."""

from __future__ import annotations

import pytest

from tests.sandbox_grok.serving import (
    DemoClient,
    contents,
    data_uri,
    demo_server,
    finishes,
    list_at,
    parse_events,
    png,
    with_picture,
)


async def test_a_stream_begins_with_the_role_and_ends_with_done(demo: DemoClient) -> None:
    answer = await demo.chat("hello")
    events = parse_events(answer.text)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert list_at(events[0].json, "choices")[0]["delta"] == {"role": "assistant", "content": ""}
    assert list_at(events[-2].json, "choices")[0]["finish_reason"] == "stop"
    assert events[-1].data == "[DONE]"


async def test_the_id_changes_after_the_first_chunk_and_then_stays(demo: DemoClient) -> None:
    events = parse_events((await demo.chat("hello")).text)[:-1]
    first, *others = [event.json["id"] for event in events]
    assert len(set(others)) == 1
    assert first not in others


async def test_a_stream_and_a_whole_answer_say_the_same(demo: DemoClient) -> None:
    assert "".join(contents((await demo.chat("tell me of tides")).text)) == await demo.message("tell me of tides")


async def test_an_omitted_stream_means_a_stream(demo: DemoClient) -> None:
    assert (await demo.chat("hi", stream=None)).headers["content-type"].startswith("text/event-stream")


async def test_the_answer_says_what_it_is_and_quotes_the_question(demo: DemoClient) -> None:
    text = await demo.message("Why do cats purr?")
    assert "demo Grok server" in text
    assert "> Why do cats purr?" in text
    assert "purr" in text.split("> Why do cats purr?")[1]


async def test_the_same_question_gets_the_same_answer(demo: DemoClient) -> None:
    assert await demo.message("Why do cats purr?") == await demo.message("Why do cats purr?")


async def test_different_questions_get_different_shapes(demo: DemoClient) -> None:
    shapes = {tuple(line[:2] for line in (await demo.message(f"topic {n}")).split("\n\n")) for n in range(6)}
    assert len(shapes) > 3


async def test_code_and_tables_come_where_they_are_asked_for(demo: DemoClient) -> None:
    assert "```python\n" in await demo.message("some python code for sorting")
    assert "|---|" in await demo.message("compare tea with coffee")


@pytest.mark.parametrize("words", [150, 900])
async def test_a_number_of_words_is_kept_to(demo: DemoClient, words: int) -> None:
    count = len((await demo.message(f"write {words} words about tea")).split())
    assert words * 0.95 <= count <= words + 25


async def test_long_means_more_than_one_discord_message(demo: DemoClient) -> None:
    assert len(await demo.message("a long story about tea")) > 2000


async def test_earlier_turns_are_counted_and_the_last_question_is_known(demo: DemoClient) -> None:
    turns = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "What is a fjord?"},
        {"role": "assistant", "content": "A long inlet."},
        {"role": "user", "content": "And a skerry?"},
        {"role": "assistant", "content": "A small rock."},
        {"role": "user", "content": "What was my last question?"},
    ]
    answer = await demo.post("/v1/chat/completions", {"model": "grok-3", "messages": turns, "stream": False})
    text = answer.json()["choices"][0]["message"]["content"]
    assert "4 earlier messages" in text
    assert "> And a skerry?" in text
    assert "> What is a fjord?" in text


async def test_without_earlier_turns_it_says_that_there_were_none(demo: DemoClient) -> None:
    assert "no earlier messages" in await demo.message("Do you remember my last question?")


async def test_an_attached_picture_is_looked_at(demo: DemoClient) -> None:
    text = await demo.message(with_picture("What is this?", png(64, 48, "#2050d0")))
    assert "64 × 48 pixels, mostly blue" in text


async def test_a_picture_that_cannot_be_read_is_said_to_be_so(demo: DemoClient) -> None:
    blocks: list[dict[str, object]] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,bm90IGEgcGljdHVyZQ=="}},
        {"type": "image_url", "image_url": {"url": data_uri(png())}},
    ]
    text = await demo.message(blocks)
    assert "1. one I could not look at (The file is not an image)" in text
    assert "2. 64 × 48" in text


async def test_a_picture_by_address_is_fetched(demo: DemoClient) -> None:
    made = await demo.post("/v1/images/generations", {"prompt": "sea", "size": "1280x720"})
    link = made.json()["data"][0]["url"]
    blocks: list[dict[str, object]] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": link}},
    ]
    assert "1280 × 720 pixels" in await demo.message(blocks)


async def test_thinking_models_think_in_chunks_of_their_own(demo: DemoClient) -> None:
    found = contents((await demo.chat("tides", model="grok-4-thinking")).text)
    assert found[0] == "<think>\n"
    assert found.count("\n</think>\n") == 1
    assert "demo Grok server" in "".join(found[found.index("\n</think>\n") + 1 :])


@pytest.mark.parametrize(
    ("model", "effort", "thinks"),
    [("grok-3", "high", True), ("grok-4-thinking", "none", False), ("grok-3", None, False)],
)
async def test_the_effort_rules_whether_thinking_shows(
    demo: DemoClient, model: str, effort: str | None, thinks: bool
) -> None:
    found = contents((await demo.chat("tides", model=model, reasoning_effort=effort)).text)
    assert ("<think>\n" in found) is thinks


async def test_a_whole_answer_never_shows_thinking(demo: DemoClient) -> None:
    assert "think>" not in await demo.message("tides", model="grok-4-thinking")


async def test_usage_is_zeros(demo: DemoClient) -> None:
    usage = (await demo.chat("hi", stream=False)).json()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (0, 0, 0)


async def test_unknown_settings_are_ignored(demo: DemoClient) -> None:
    answer = await demo.chat("hi", logit_bias={}, stop=["demo"], n=3, user="u", stream_options={"include_usage": True})
    assert finishes(answer.text) == ["stop"]
    assert len(contents(answer.text)) > 20


async def test_lone_surrogates_in_a_prompt_do_not_break_the_stream(demo: DemoClient) -> None:
    raw = b'{"model":"grok-3","stream":true,"messages":[{"role":"user","content":"half \\ud83d of a pair"}]}'
    answer = await demo.http.post("/v1/chat/completions", content=raw, headers={"Content-Type": "application/json"})
    assert finishes(answer.text) == ["stop"]


async def test_any_key_will_do_where_none_is_set() -> None:
    async with demo_server(key="") as demo:
        assert (await demo.chat("hi")).status_code == 200
