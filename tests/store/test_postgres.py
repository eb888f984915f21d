"""What only PostgreSQL does: it is somewhere else, it goes away and comes back, and several processes share it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, select, text, update

from bot.errors import StoreAway, StoreError
from bot.store import postgres
from bot.store.connection import Patience
from bot.store.database import Database
from bot.store.engines import Engines
from bot.store.memory import Memory, Span
from bot.store.migrations import HEAD
from bot.store.notes import Notes
from bot.store.postgres import postgres_engines
from bot.store.tables import metadata, notes
from tests.postgres import needs_postgres, postgres_process
from tests.store.conftest import NOON, only_postgres, turn
from tests.store.outside import ask, assert_only_whole_exchanges

pytestmark = [needs_postgres]
T = TypeVar("T")
COUNTER = select(notes.c.value).where(notes.c.key == "counter")


def engines_of(url: str) -> Engines:
    return postgres_engines(make_url(url).set(drivername="postgresql+psycopg_async"))


async def once_back(look: Callable[[], Awaitable[T]]) -> T:
    """Return what is found as soon as the server counts as there again."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return await look()
        except StoreAway:
            assert time.monotonic() < deadline, "it never came back"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("grokcord:[^@]*@", "grokcord:wrong-secret@"), "refuses the user or the password in DATABASE_URL"),
        (("/[^/]*$", "/nowhere"), "no database of the name in DATABASE_URL"),
        ((r":\d+/", ":1/"), "PostgreSQL is away"),
        (("$", "?shape=round"), "an option after its"),
        (("$", "?sslmode=round"), "an sslmode that"),
        (("$", "?sslmode=require"), "does not encrypt"),
        (("127.0.0.1", "no-such-host.invalid"), "PostgreSQL is away"),
    ],
)
async def test_address_that_leads_nowhere_is_one_sentence(
    postgres_url: str, change: tuple[str, str], sentence: str
) -> None:
    wrong = re.sub(*change, postgres_url, count=1)
    with pytest.raises(StoreError, match=sentence) as refused:
        await Database.open(wrong)
    said = str(refused.value)
    assert "\n" not in said
    for part in (str(make_url(wrong).password), "127.0.0.1", "grokcord"):
        assert part not in said


async def test_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "CONNECT_TIMEOUT_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(StoreError, match="PostgreSQL is away"):
            await Database.open(f"postgresql://bot:secret@127.0.0.1:{port}/grok")


async def test_any_name_of_the_driver_will_do(postgres_url: str) -> None:
    for name in ("postgres", "postgresql+psycopg", "postgresql+psycopg_async"):
        async with opened(postgres_url.replace("postgresql", name, 1)) as database:
            await Notes(database).set("a", name)
            assert await Notes(database).get("a") == name


async def test_fresh_database_is_what_the_tables_say(postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        assert compare_metadata(_context(connection), metadata) == []
    engine.dispose()
    assert ask(postgres_url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})


async def test_tables_of_another_program_are_left_alone(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as other:
        other.execute("CREATE TABLE recipes (name text)")
    with pytest.raises(StoreError, match="belongs to another program"):
        await Database.open(postgres_url)
    assert ask(postgres_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("recipes",)]


async def test_user_who_may_not_make_tables_is_told_what_is_missing(postgres_url: str) -> None:
    guest = f"guest_{make_url(postgres_url).database}"
    with psycopg.connect(postgres_url) as owner:
        owner.execute(f"CREATE ROLE {guest} LOGIN PASSWORD 'made-up'".encode())
    with pytest.raises(StoreError, match="let that user own the database"):
        await Database.open(re.sub("grokcord:[^@]*@", f"{guest}:made-up@", postgres_url))


async def test_schema_of_a_newer_version_is_refused(postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    with psycopg.connect(postgres_url) as other:
        other.execute("UPDATE alembic_version SET version_num = '9001'")
    with pytest.raises(StoreError, match="was written by a newer version of the bot"):
        await Database.open(postgres_url)


async def test_ten_processes_starting_at_once_all_succeed(postgres_url: str) -> None:
    databases = await asyncio.gather(*(Database.open(postgres_url) for _ in range(10)))
    await asyncio.gather(*(database.close() for database in databases))
    assert ask(postgres_url, "SELECT count(*) FROM alembic_version") == [(1,)]


async def test_times_come_back_in_utc_whatever_the_server_thinks(postgres_url: str) -> None:
    async with opened(f"{postgres_url}?options=-c%20timezone%3DAsia/Tokyo") as database:
        await Memory(database).remember("channel/1", turn("q"), turn("a"))
        [question, _] = await Memory(database).newest(Span("channel/1"), 2)
    assert question.created_at.isoformat() == NOON.isoformat()


async def test_processes_that_read_before_they_write_lose_nothing(postgres_url: str) -> None:
    async def add_one(database: Database) -> None:
        async with database.writing() as connection:
            [[value]] = await connection.fetch(COUNTER)
            await connection.execute(update(notes).values(value=str(int(value) + 1)))

    async with opened(postgres_url) as one, opened(postgres_url) as two:
        await Notes(one).set("counter", "0")
        await asyncio.gather(*(add_one(database) for database in (one, two) for _ in range(20)))
        assert await Notes(two).get("counter") == "40"


async def test_note_that_two_processes_set_at_once_is_one(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as two:
        await asyncio.gather(*(Notes(database).set("commands", "x") for database in (one, two) for _ in range(20)))
        assert await Notes(one).get("commands") == "x"


@only_postgres
async def test_connections_that_died_are_replaced_unnoticed(url: str, database: Database, memory: Memory) -> None:
    await memory.remember("channel/1", turn("q"), turn("a"))
    await asyncio.gather(*(memory.newest(Span("channel/1"), 1) for _ in range(4)))
    ended = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'grokcord'"
    assert int(str(ask(url, f"{ended} AND datname = current_database()")[0][0])) > 1
    await memory.remember("channel/1", turn("q"), turn("a"))
    assert (await memory.count(Span("channel/1"))).turns == 4


@only_postgres
async def test_connection_that_dies_in_a_transaction_undoes_it(url: str, database: Database, memory: Memory) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(notes.insert(), {"key": "a", "value": "1"})
            [[pid]] = await connection.fetch(text("SELECT pg_backend_pid()"))
            ask(url, f"SELECT pg_terminate_backend({pid}, 5000)")
            await connection.execute(notes.insert(), {"key": "b", "value": "1"})

    with pytest.raises(StoreError, match="PostgreSQL is away"):
        await write()
    assert await once_back(lambda: Notes(database).get("a")) is None
    assert await Notes(database).get("b") is None
    await memory.remember("channel/1", turn("q"), turn("a"))
    assert_only_whole_exchanges(url)


async def test_backend_that_falls_silent_is_cut_off(postgres_url: str) -> None:
    async def ask_the_frozen(database: Database) -> None:
        async with database.writing() as connection:
            [[pid]] = await connection.fetch(text("SELECT pg_backend_pid()"))
            os.kill(int(pid), signal.SIGSTOP)
            try:
                await connection.fetch(COUNTER)
            finally:
                os.kill(int(pid), signal.SIGCONT)

    async with opened(postgres_url):
        pass
    database = Database(replace(engines_of(postgres_url), patience=Patience(5, 5, 0.5)))
    with pytest.raises(StoreError, match="PostgreSQL is away"):
        await ask_the_frozen(database)
    await once_back(lambda: Notes(database).set("a", "1"))
    assert await Notes(database).get("a") == "1"
    await database.close()


async def test_pooled_connection_that_fell_silent_is_cut_off(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "BEGIN_TIMEOUT_S", 0.5)
    async with opened(postgres_url) as database:
        async with database.reading() as connection:
            [[pid]] = await connection.fetch(text("SELECT pg_backend_pid()"))
        os.kill(int(pid), signal.SIGSTOP)
        try:
            with pytest.raises(StoreAway):
                await Notes(database).get("a")
        finally:
            os.kill(int(pid), signal.SIGCONT)
        assert await once_back(lambda: Notes(database).get("a")) is None


async def test_waiting_for_a_turn_has_an_end(postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    hasty = Database(replace(engines_of(postgres_url), wait_s=0.01))
    async with hasty.writing():
        with pytest.raises(StoreError, match="the database is busy"):
            await Notes(hasty).set("a", "1")
    await Notes(hasty).set("a", "2")
    await hasty.close()


async def test_server_that_went_away_is_used_again_when_it_is_back(postgres_folder: Path) -> None:
    with postgres_process("--folder", str(postgres_folder)) as url:
        database = await Database.open(url)
        memory = Memory(database)
        await memory.remember("channel/1", turn("q"), turn("a"))
    for _ in range(3):
        with pytest.raises(StoreError, match="PostgreSQL is away"):
            await memory.newest(Span("channel/1"), 2)
        with pytest.raises(StoreError, match="PostgreSQL is away"):
            await memory.remember("channel/1", turn("q"), turn("a"))
    with postgres_process("--folder", str(postgres_folder), "--port", str(make_url(url).port)):
        assert [kept.text for kept in await once_back(lambda: memory.newest(Span("channel/1"), 2))] == ["q", "a"]
        await memory.remember("channel/1", turn("q"), turn("a"))
        assert (await memory.count(Span("channel/1"))).turns == 4
        await database.close()


async def test_server_that_is_away_is_left_alone_for_a_moment_and_logged_once(
    postgres_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres_process("--folder", str(postgres_folder)) as url:
        async with opened(url):
            pass
    database = Database(replace(engines_of(url), rest_s=3600))
    for _ in range(3):
        with pytest.raises(StoreAway):
            await Notes(database).get("a")
    port = str(make_url(url).port)
    with postgres_process("--folder", str(postgres_folder), "--port", port), pytest.raises(StoreAway):
        await Notes(database).get("a")
    await database.close()
    assert [record.levelname for record in caplog.records if record.name == "bot.store.database"] == ["WARNING"]


async def test_what_went_wrong_and_that_it_is_over_are_logged(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with opened(postgres_url) as database:
        for _ in range(2):
            with pytest.raises(StoreError):
                async with database.reading() as connection:
                    await connection.fetch(text("SELECT nothing"))
        assert await Notes(database).get("a") is None
    said = [record.message for record in caplog.records if record.name == "bot.store.database"]
    assert said == ["PostgreSQL could not do what was asked: UndefinedColumn (42703)", "the database works again"]
