from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from bot.app import Services
from bot.errors import InputError, UpstreamEmpty, UpstreamInterrupted, UpstreamKeyRefused
from bot.grok.types import Finished, TextDelta
from bot.services.preferences import Tuning
from bot.services.question import Author, Opened, Question, Waiting, checked_prompt
from bot.services.reading import Material
from bot.services.scope import Place
from bot.store.memory import Memory, Span
from tests.grok.scripted import STOP, Server, chunk, reply, sse
from tests.services.conftest import MakeServices

GARDEN = Place(5, 1)
KEY = "channel/5"
ANN = Author(1, "Ann")
QUESTION = Question(GARDEN, ANN, "What grows here?", message_id=77)


async def ask(services: Services, question: Question = QUESTION) -> list[object]:
    async with aclosing(services.chat.ask(question)) as updates:
        return [update async for update in updates]


async def regenerate(services: Services, key: str, model: str | None = None) -> list[object]:
    async with aclosing(services.chat.regenerate(key, GARDEN, model)) as updates:
        return [update async for update in updates]


async def remembered(memory: Memory) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in await memory.newest(Span(KEY), 50)]


def messages(server: Server, number: int = -1) -> list[tuple[str, str]]:
    sent = server.sent(number)["messages"]
    assert isinstance(sent, list)
    return [(message["role"], message["content"]) for message in sent]


def key_of(updates: list[object]) -> str:
    [opened] = [update for update in updates if isinstance(update, Opened)]
    return opened.key


async def test_an_exchange_is_stored_whole_when_the_answer_ends(make_services: MakeServices, memory: Memory) -> None:
    updates = await ask(make_services(Server(reply(sse("Moss ", "and fern.", STOP)))))
    question, answer = await memory.newest(Span(KEY), 50)
    assert isinstance(updates[0], Opened)
    assert updates[1] == Waiting(0)
    assert [update.text for update in updates if isinstance(update, TextDelta)] == ["Moss ", "and fern."]
    assert isinstance(updates[-1], Finished)
    assert (question.role, question.text, question.message_id) == ("user", "What grows here?", 77)
    assert (answer.role, answer.text, answer.model) == ("assistant", "Moss and fern.", "grok-4")
    assert question.exchange_id == answer.exchange_id
    assert question.created_at <= answer.created_at


async def test_reasoning_is_kept_with_the_answer_and_not_remembered(
    make_services: MakeServices, memory: Memory
) -> None:
    services = make_services(Server(reply(sse("<think>\n", "hm, soil\n", "\n</think>\n", "Moss.", STOP))))
    key = key_of(await ask(services))
    [_, (_, answer)] = await remembered(memory)
    assert answer.strip() == "Moss."
    version = (await services.posts.state(key)).version
    assert version is not None
    assert "hm, soil" in version.thoughts


async def test_what_an_interrupted_answer_said_is_remembered_with_its_question(
    make_services: MakeServices, memory: Memory
) -> None:
    broken: list[bytes | Exception] = [sse("Moss and", done=False).encode(), httpx.ReadError("reset")]
    with pytest.raises(UpstreamInterrupted):
        await ask(make_services(Server(reply(broken))))
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss and")]


async def test_what_was_written_before_a_cancellation_is_remembered(
    make_services: MakeServices, memory: Memory
) -> None:
    server = Server(httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless("Moss and")))
    seen = asyncio.Event()

    async def read() -> None:
        async with aclosing(make_services(server).chat.ask(QUESTION)) as updates:
            async for update in updates:
                if isinstance(update, TextDelta):
                    seen.set()

    reading = asyncio.create_task(read())
    await asyncio.wait_for(seen.wait(), 5)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss and")]


async def test_what_was_written_before_an_early_close_is_remembered(
    make_services: MakeServices, memory: Memory
) -> None:
    services = make_services(Server(reply(sse("Moss ", "and fern.", STOP))))
    async with aclosing(services.chat.ask(QUESTION)) as updates:
        while await anext(updates) != TextDelta("Moss "):
            pass
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss ")]


@pytest.mark.parametrize(
    "stream", [sse(STOP), sse("<think>\n", "hm\n", "\n</think>\n", STOP)], ids=["empty", "thought"]
)
async def test_an_answer_without_text_is_not_remembered(
    make_services: MakeServices, memory: Memory, stream: str
) -> None:
    with pytest.raises(UpstreamEmpty):
        await ask(make_services(Server(*(reply(stream) for _ in range(5)))))
    assert await remembered(memory) == []


async def test_a_refused_question_is_not_remembered_but_can_be_asked_again(
    make_services: MakeServices, memory: Memory
) -> None:
    server = Server(reply({"error": {"message": "bad key"}}, status=401), reply(sse("Moss.", STOP)))
    services = make_services(server)
    async with aclosing(services.chat.ask(QUESTION)) as updates:
        opened = await anext(updates)
        assert isinstance(opened, Opened)
        assert await anext(updates) == Waiting(0)
        with pytest.raises(UpstreamKeyRefused):
            await anext(updates)
    assert await remembered(memory) == []
    await regenerate(services, opened.key)
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss.")]


async def test_the_last_exchange_goes_along_with_the_next_question(make_services: MakeServices) -> None:
    server = Server(reply(sse("Moss.", STOP)), reply(sse("Yes.", STOP)))
    services = make_services(server)
    await ask(services)
    await ask(services, replace(QUESTION, prompt="Is it green?"))
    assert messages(server)[1:] == [("user", "What grows here?"), ("assistant", "Moss."), ("user", "Is it green?")]


async def test_a_fresh_question_takes_nothing_along(make_services: MakeServices) -> None:
    server = Server(reply(sse("Moss.", STOP)), reply(sse("Yes.", STOP)))
    services = make_services(server)
    await ask(services)
    await ask(services, replace(QUESTION, prompt="Is it green?", is_fresh=True))
    assert messages(server)[1:] == [("user", "Is it green?")]


async def test_another_channel_remembers_nothing_of_it(make_services: MakeServices) -> None:
    server = Server(reply(sse("Moss.", STOP)), reply(sse("Hi.", STOP)))
    services = make_services(server)
    await ask(services)
    await ask(services, Question(Place(6, 1), ANN, "Hello"))
    assert messages(server)[1:] == [("user", "Hello")]


async def test_a_version_is_written_with_the_memory_as_it_stood(make_services: MakeServices, memory: Memory) -> None:
    server = Server(*(reply(sse(text, STOP)) for text in ("Moss.", "Fern.", "Ivy.")))
    services = make_services(server)
    key = key_of(await ask(services))
    await ask(services, replace(QUESTION, prompt="And there?"))
    await regenerate(services, key, "grok-3")
    assert messages(server)[1:] == [("user", "What grows here?")]
    assert server.sent()["model"] == "grok-3"
    assert (await remembered(memory))[:2] == [("user", "What grows here?"), ("assistant", "Ivy.")]
    assert (await services.posts.state(key)).versions == 2


async def test_the_chosen_version_is_the_remembered_one(make_services: MakeServices, memory: Memory) -> None:
    services = make_services(Server(reply(sse("Moss.", STOP)), reply(sse("Fern.", STOP))))
    key = key_of(await ask(services))
    await regenerate(services, key)
    await services.posts.choose(key, 1)
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss.")]
    state = await services.posts.choose(key, 99)
    assert state.version is not None
    assert state.version.number == 1


async def test_an_answer_goes_on_from_where_it_was_cut(make_services: MakeServices, memory: Memory) -> None:
    server = Server(reply(sse("Moss,", chunk(finish="length"))), reply(sse(" fern.", STOP)))
    services = make_services(server)
    key = key_of(await ask(services))
    async with aclosing(services.chat.go_on(key, GARDEN)) as updates:
        assert [update.text async for update in updates if isinstance(update, TextDelta)] == [" fern."]
    assert messages(server)[1:3] == [("user", "What grows here?"), ("assistant", "Moss,")]
    assert await remembered(memory) == [("user", "What grows here?"), ("assistant", "Moss, fern.")]
    state = await services.posts.state(key)
    assert state.version is not None
    assert (state.versions, state.version.text, state.version.ended) == (1, "Moss, fern.", "stop")


async def test_a_private_question_is_stored_nowhere(make_services: MakeServices, memory: Memory) -> None:
    services = make_services(Server(reply(sse("Moss.", STOP))))
    key = key_of(await ask(services, replace(QUESTION, is_private=True)))
    assert key.startswith("p")
    assert await remembered(memory) == []
    state = await services.posts.state(key)
    assert state.version is not None
    assert (state.version.text, state.is_private) == ("Moss.", True)


async def test_what_was_forgotten_while_it_was_written_stays_forgotten(
    make_services: MakeServices, memory: Memory
) -> None:
    server = Server(reply(sse("Moss.", STOP)), reply(sse("Fern ", "and ivy.", STOP)))
    services = make_services(server)
    key = key_of(await ask(services))
    async with aclosing(services.chat.regenerate(key, GARDEN)) as updates:
        async for update in updates:
            if isinstance(update, TextDelta):
                await memory.forget(KEY)
    assert await remembered(memory) == []
    with pytest.raises(InputError, match="answer_forgotten"):
        await services.posts.state(key)


async def test_a_file_goes_along_and_is_remembered(make_services: MakeServices, memory: Memory) -> None:
    server = Server(reply(sse("Moss.", STOP)), reply(sse("Yes.", STOP)))
    services = make_services(server)
    await ask(services, replace(QUESTION, material=(Material("garden.csv", "plant,height\nmoss,2", ""),)))
    assert "moss,2" in messages(server)[-1][1]
    await ask(services, replace(QUESTION, prompt="Is it green?"))
    assert "moss,2" in messages(server)[1][1]
    assert "garden.csv" in messages(server)[1][1]


async def test_a_channels_tuning_goes_along(make_services: MakeServices) -> None:
    server = Server(reply(sse("Moss.", STOP)))
    services = make_services(server)
    await services.preferences.set_tuning(GARDEN, ANN, Tuning(temperature=0.5, max_tokens=100, style="brief"))
    await ask(services)
    assert (server.sent()["temperature"], server.sent()["max_tokens"]) == (0.5, 100)


@pytest.mark.parametrize(("prompt", "code"), [(" \n\t", "prompt_blank"), ("x" * 6001, "prompt_long")])
def test_a_prompt_that_is_no_question_is_refused(prompt: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_prompt(prompt)
    assert refused.value.code == code


class Endless(httpx.AsyncByteStream):
    """Says one thing, and then neither goes on nor ends."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield sse(chunk(self._text), done=False).encode()
        await asyncio.Event().wait()
