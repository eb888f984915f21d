"""Work that is cancelled at each place where it waits: nothing by halves, and nothing left behind."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.services.chat import Author, ChatService, Question
from bot.services.media import scratch_folder
from bot.services.scope import Scope
from bot.store.memory import Memory, Span
from tests.grok.scripted import STOP, Server, reply, sse
from tests.services.conftest import MakeChat
from tests.store.interrupted import Interrupted, run

QUESTION = Question(Scope("channel/5", "channel"), Author(1, "Ann"), "What grows here?")


async def ask(chat: ChatService) -> None:
    async with aclosing(chat.ask(QUESTION)) as updates:
        async for _ in updates:
            pass


def chat_of(make_chat: MakeChat) -> ChatService:
    return make_chat(Server(reply([sse("Moss ", done=False).encode(), sse("and fern.", STOP).encode()])))


async def test_an_exchange_is_remembered_whole_or_not_at_all(make_chat: MakeChat, memory: Memory) -> None:
    whole = Interrupted(ask(chat_of(make_chat)), set())
    await run(whole)
    assert whole.suspensions > 5
    kept: list[int] = []
    for at in range(1, whole.suspensions + 1):
        await memory.forget(QUESTION.scope.key)
        await run(Interrupted(ask(chat_of(make_chat)), {at}))
        turns = await memory.newest(Span(QUESTION.scope.key), 10)
        assert [turn.role for turn in turns] in ([], ["user", "assistant"])
        kept.append(len(turns))
    assert set(kept) == {0, 2}


async def test_a_scratch_folder_is_never_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def order() -> None:
        async with scratch_folder() as folder:
            (folder / "clip.mp4").write_bytes(b"x")
            await asyncio.sleep(0)

    whole = Interrupted(order(), set())
    await run(whole)
    assert whole.suspensions
    for at in range(1, whole.suspensions + 1):
        await run(Interrupted(order(), {at}))
        assert not os.listdir(tmp_path), f"left behind by a cancellation at place {at}"
