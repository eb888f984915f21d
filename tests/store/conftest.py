"""A real database for every test that asks for one: each test runs on every engine that the store knows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.memory import Memory, NewTurn

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.db"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on. Tests that look into SQLite's file say `only_sqlite`, and so on."""
    return str(request.param)


@pytest.fixture
def url(engine: str, file: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    return address(file) if engine == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
def memory(database: Database) -> Memory:
    return Memory(database)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Give a clock that moves one second with every look at it."""
    moments = (NOON + timedelta(seconds=seconds) for seconds in range(1_000_000))
    return lambda: next(moments)


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def turn(text: str, *, author_id: int = 1, created_at: datetime = NOON, message_id: int | None = None) -> NewTurn:
    return NewTurn(text, author_id, "Ann", "grok-3", created_at, message_id, channel_id=5)


@pytest.fixture(autouse=True)
async def no_thread_outlives_its_loop() -> AsyncIterator[None]:
    """Wait for aiosqlite's threads: one whose connection failed to open reports its end to the loop unasked."""
    yield
    deadline = time.monotonic() + 10
    while any("_connection_worker_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a connection was left open"
        await asyncio.sleep(0.001)
