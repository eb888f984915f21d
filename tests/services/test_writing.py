"""One answer being written: what is kept of it, and JSON that is asked for once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing

import httpx
import pytest

from bot.errors import UpstreamInterrupted
from bot.grok.types import ChatMessage, ChatRequest, Finished, ReasoningDelta, TextDelta
from bot.services.question import Restarted
from bot.services.writing import Writer, Written
from tests.grok.scripted import ASK, STOP, Server, chunk, reply, sse

JSON_ASK = ChatRequest(ASK.model, (ChatMessage("user", "as JSON"),))


async def write(server: Server, written: Written, *, is_json: bool = False) -> list[object]:
    async with aclosing(Writer(server.client()).write(JSON_ASK, written, is_json=is_json)) as updates:
        return [update async for update in updates]


async def test_text_and_thinking_are_kept_apart() -> None:
    written = Written()
    await write(
        Server(reply(sse(chunk(reasoning_content="hm, "), chunk(reasoning_content="soil"), "Moss.", STOP))), written
    )
    assert (written.text, "".join(written.thoughts), written.ended) == ("Moss.", "hm, soil", "stop")


async def test_the_time_of_thinking_is_measured() -> None:
    ticks: Iterator[float] = iter([10.0, 22.5])
    server = Server(reply(sse(chunk(reasoning_content="hm"), chunk(reasoning_content="m"), "Moss.", STOP)))
    written = Written()
    async with aclosing(Writer(server.client(), lambda: next(ticks)).write(JSON_ASK, written)) as updates:
        seen = [update async for update in updates]
    assert [type(update) for update in seen] == [ReasoningDelta, ReasoningDelta, TextDelta, Finished]
    assert written.thought_s == 12.5


@pytest.mark.parametrize(("finish", "ended"), [("stop", "stop"), ("length", "length"), ("content_filter", "filtered")])
async def test_how_it_ended_is_kept(finish: str, ended: str) -> None:
    written = Written()
    await write(Server(reply(sse("Moss", chunk(finish=finish)))), written)
    assert written.ended == ended


async def test_what_breaks_off_is_kept_as_interrupted() -> None:
    written = Written()
    broken: list[bytes | Exception] = [sse("Moss and", done=False).encode(), httpx.ReadError("reset")]
    with pytest.raises(UpstreamInterrupted):
        await write(Server(reply(broken)), written)
    assert (written.text, written.ended) == ("Moss and", "interrupted")


async def test_a_continued_answer_begins_with_what_stood_there() -> None:
    written = Written("One, ")
    await write(Server(reply(sse("two.", STOP))), written)
    assert written.text == "One, two."


async def test_valid_json_is_asked_for_once() -> None:
    server, written = Server(reply(sse('{"a": 1}', STOP))), Written()
    await write(server, written, is_json=True)
    assert (len(server.requests), written.ended) == (1, "stop")


async def test_invalid_json_is_asked_for_once_more_with_its_problem() -> None:
    server, written = Server(reply(sse("Here: {}", STOP)), reply(sse("{}", STOP))), Written()
    updates = await write(server, written, is_json=True)
    assert [type(update) for update in updates] == [TextDelta, Finished, Restarted, TextDelta, Finished]
    messages = server.sent()["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == "Here: {}"
    assert "line 1, column 1" in messages[2]["content"]
    assert (written.text, written.ended) == ("{}", "stop")


async def test_json_that_stays_invalid_is_said_to_be_no_json() -> None:
    server, written = Server(reply(sse("no", STOP)), reply(sse("still no", STOP))), Written()
    await write(server, written, is_json=True)
    assert (len(server.requests), written.text, written.ended) == (2, "still no", "json")


async def test_a_second_try_that_fails_gives_the_first_answer_back() -> None:
    server = Server(reply(sse("no", STOP)), reply({"error": {"message": "bad key"}}, status=401))
    written = Written()
    updates = await write(server, written, is_json=True)
    assert updates[-2:] == [Restarted(), TextDelta("no")]
    assert (written.text, written.ended) == ("no", "json")
