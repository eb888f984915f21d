"""What a request wants of an answer beside its question."""

from __future__ import annotations

import json
import time

import pytest

from tests.sandbox_grok.serving import DemoClient, Json, contents, demo_server, finishes, list_at, parse_events, stream

JSON_MODE: Json = {"response_format": {"type": "json_object"}}


def turns(*texts: str) -> list[Json]:
    """Return a conversation that a person begins."""
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


async def said(demo: DemoClient, messages: list[Json], **more: object) -> str:
    body = {"model": "grok-3", "stream": False, "messages": messages, **more}
    answer = await demo.post("/v1/chat/completions", body)
    return str(answer.json()["choices"][0]["message"]["content"])


async def test_json_mode_answers_with_an_object_about_the_question(demo: DemoClient) -> None:
    found = json.loads(await demo.message("Which tides are high?", **JSON_MODE))
    assert found["question"] == "Which tides are high?"
    assert len(found["points"]) == 3


async def test_broken_json_is_valid_when_it_is_asked_for_again(demo: DemoClient) -> None:
    first = await demo.message("[[badjson]] Which tides?", **JSON_MODE)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(first)
    again = turns("[[badjson]] Which tides?", first, "That is not valid JSON: no value. Answer again.")
    assert json.loads(await said(demo, again, **JSON_MODE))["question"] == "Which tides?"


async def test_a_summary_is_short_and_names_the_words_of_the_conversation(demo: DemoClient) -> None:
    told = turns("Where do herons nest?", "Herons nest in reed, herons like reed.", "Summarise the conversation above.")
    text = await said(demo, told)
    assert "*herons*" in text
    assert "reed" in text
    assert len(text) < 400


async def test_a_system_prompt_can_ask_for_the_summary(demo: DemoClient) -> None:
    told: list[Json] = [{"role": "system", "content": "Summarise what is quoted."}, *turns("> herons like reed")]
    assert "*herons*" in await said(demo, told)


async def test_an_answer_out_of_length_goes_on_where_it_stopped(demo: DemoClient) -> None:
    asked = "[[length]] Why do cats purr? In 200 words."
    first = await demo.message(asked)
    rest = await said(demo, turns(asked, first, "Continue exactly where you stopped."))
    assert first + rest == await demo.message("Why do cats purr? In 200 words.")


async def test_an_answer_that_is_whole_has_little_to_add(demo: DemoClient) -> None:
    whole = await demo.message("Why do cats purr?")
    assert "little to add about" in await said(demo, turns("Why do cats purr?", whole, "please go on"))


async def test_max_tokens_cut_the_answer_and_say_so(demo: DemoClient) -> None:
    answer = await demo.chat("hello", max_tokens=7)
    assert len(contents(answer.text)) == 7
    assert finishes(answer.text) == ["length"]
    whole = (await demo.chat("hello", stream=False, max_tokens=7)).json()["choices"][0]
    assert whole["finish_reason"] == "length"
    assert whole["message"]["content"] == "".join(contents(answer.text))


async def test_the_proxy_alone_ignores_what_it_ignores() -> None:
    async with demo_server(is_proxy_only=True) as demo:
        answer = await demo.chat("[[search]] hello", max_tokens=1, **JSON_MODE)
    assert finishes(answer.text) == ["stop"]
    assert "annotations" not in answer.text
    assert "demo Grok server" in "".join(contents(answer.text))


async def test_temperature_and_persona_show(demo: DemoClient) -> None:
    messages: list[Json] = [{"role": "system", "content": "Talk like a pirate."}, *turns("hello")]
    text = await said(demo, messages, temperature=1.5)
    assert text.startswith("Arr! ")
    assert text.endswith("*My temperature is 1.5.*")
    assert not (await demo.message("hello")).startswith("Arr")


async def test_a_brief_answer_is_shorter_and_a_thorough_one_longer(demo: DemoClient) -> None:
    lengths = [
        len(await said(demo, [{"role": "system", "content": style}, *turns("tell me of tides")]))
        for style in ("Be brief.", "Be kind.", "Answer thoroughly.")
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[1] - 100
    assert lengths[1] < lengths[2] - 500


async def test_material_is_not_taken_for_the_question(demo: DemoClient) -> None:
    text = await demo.message("Is it fast?\n\nWhat goes along:\n> Message by ann:\n> herons fly")
    assert "You asked:\n> Is it fast?\n" in text
    assert "herons" in text


async def test_a_question_that_was_quoted_for_its_tag_is_bare_again(demo: DemoClient) -> None:
    assert await demo.message("> [[rate=900]] hello") == await demo.message("hello")


async def test_a_search_names_its_sources(demo: DemoClient) -> None:
    chunks = [event.json for event in parse_events(await stream(demo, "search")) if event.data != "[DONE]"]
    deltas = [choice["delta"] for chunk in chunks for choice in list_at(chunk, "choices")]
    [sources] = [delta["annotations"] for delta in deltas if "annotations" in delta]
    assert [source["url_citation"]["url"] for source in sources] == [
        "https://example.org/tides",
        "https://example.org/moon",
    ]


async def test_thinking_lasts_as_long_as_it_is_told(demo: DemoClient) -> None:
    began = time.monotonic()
    text = "".join(contents((await demo.chat("[[think=0.3]] tides")).text))
    assert time.monotonic() - began > 0.25
    assert text.split("</think>")[0].count("\n") > 8


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("a formula for tides", "\\frac{n(n+1)}{2}"),
        ("a wide table of tides", "| 月の光 |"),
        ("long code for tides", "def tides_30("),
        ("long code for tides", "tides_30]\nprint("),
    ],
)
async def test_words_of_the_prompt_bring_things_to_look_at(demo: DemoClient, asked: str, holds: str) -> None:
    assert holds in await demo.message(asked)


async def test_the_page_lists_words_and_tags(demo: DemoClient) -> None:
    page = (await demo.http.get("/")).text
    assert "<code>summarise</code>" in page
    assert "<code>badjson</code>" in page
