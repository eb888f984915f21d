"""Work that is cancelled at each place where it waits: nothing by halves, and nothing left behind."""

from __future__ import annotations

from contextlib import aclosing

from bot.services.chat import ChatService
from bot.services.question import Author, Question
from bot.services.scope import Place
from bot.store.memory import Memory, Span
from tests.grok.scripted import STOP, Server, reply, sse
from tests.services.conftest import MakeServices
from tests.store.interrupted import Interrupted, run

QUESTION = Question(Place(5, 1), Author(1, "Ann"), "What grows here?")
KEY = "channel/5"


async def ask(chat: ChatService) -> None:
    async with aclosing(chat.ask(QUESTION)) as updates:
        async for _ in updates:
            pass


def chat_of(make_services: MakeServices) -> ChatService:
    return make_services(Server(reply([sse("Moss ", done=False).encode(), sse("and fern.", STOP).encode()]))).chat


async def test_an_exchange_is_remembered_whole_or_not_at_all(make_services: MakeServices, memory: Memory) -> None:
    whole = Interrupted(ask(chat_of(make_services)), set())
    await run(whole)
    assert whole.suspensions > 5
    kept: list[int] = []
    for at in range(1, whole.suspensions + 1):
        await memory.forget(KEY)
        await run(Interrupted(ask(chat_of(make_services)), {at}))
        turns = await memory.newest(Span(KEY), 10)
        assert [turn.role for turn in turns] in ([], ["user", "assistant"])
        kept.append(len(turns))
    assert set(kept) == {0, 2}
