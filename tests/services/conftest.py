"""A real database file, and a way to make the chat service over a scripted Grok server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.services.chat import ChatService
from bot.store.database import Database
from bot.store.memory import Memory
from bot.store.posts import Posts
from tests.grok.scripted import Server

MakeChat = Callable[[Server], ChatService]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path / 'memory.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def memory(database: Database) -> Memory:
    return Memory(database)


@pytest.fixture
def make_chat(database: Database, memory: Memory) -> MakeChat:
    def make(server: Server) -> ChatService:
        return ChatService(server.client(), memory, Posts(database), model="grok-4", budget_tokens=2000)

    return make
