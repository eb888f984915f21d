"""A real database file, and the real services over a scripted Grok server, wired as the bot wires them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Services
from bot.assembly import build_services
from bot.config import Settings
from bot.secret import Secret
from bot.store.database import Database
from bot.store.memory import Memory
from tests.grok.scripted import BASE_URL, KEY, Server

MakeServices = Callable[..., Services]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path / 'memory.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def memory(database: Database) -> Memory:
    return Memory(database)


@pytest.fixture
def make_services(database: Database) -> MakeServices:
    """Make services over a server; further arguments are settings."""
    usual = Settings(
        discord_token=Secret("discord-token"),
        grok_api_key=Secret(KEY),
        grok_base_url=BASE_URL,
        grok_model="grok-4",
        memory_tokens=2000,
    )

    def make(server: Server, **settings: object) -> Services:
        return build_services(replace(usual, **settings), server.client(), database)  # type: ignore[arg-type]  # as named

    return make
