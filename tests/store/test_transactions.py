"""The one door for writes: whole or not at all, one at a time, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import insert, select, text, update

from bot.errors import StoreError
from bot.store import postgres, sqlite
from bot.store.database import Database
from bot.store.memory import Memory, Span
from bot.store.notes import Notes
from bot.store.tables import notes, turns
from tests.store.conftest import only_sqlite, turn
from tests.store.interrupted import Interrupted, run
from tests.store.outside import ask, assert_only_whole_exchanges

ADD = insert(notes)
COUNTER = select(notes.c.value).where(notes.c.key == "counter")


async def suspensions(memory: Memory) -> int:
    """Count how often storing an exchange waits, connection already open."""
    whole = Interrupted(memory.remember("other", turn("q"), turn("a")), set())
    await run(whole)
    return whole.suspensions


async def test_clean_exit_commits(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(ADD, {"key": "a", "value": "1"})
    assert await Notes(database).get("a") == "1"


async def test_exception_rolls_back_and_passes_through(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(ADD, {"key": "a", "value": "1"})
            raise LookupError

    with pytest.raises(LookupError):
        await write()
    assert await Notes(database).get("a") is None


async def test_database_error_rolls_back_and_becomes_a_store_error(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(ADD, {"key": "a", "value": "1"})
            await connection.execute(ADD, {"key": "a", "value": "2"})

    with pytest.raises(StoreError, match=r"UNIQUE constraint failed|UniqueViolation \(23505\)"):
        await write()
    assert await Notes(database).get("a") is None


async def test_error_never_tells_what_people_wrote(database: Database) -> None:
    with pytest.raises(StoreError) as failed:
        async with database.writing() as connection:
            await connection.execute(ADD, [{"key": "a", "value": "my diary"}, {"key": "a", "value": "my diary"}])
    assert "diary" not in f"{failed.value} {failed.value.__cause__}"


async def test_cancellation_rolls_back(database: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(ADD, {"key": "a", "value": "1"})
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await Notes(database).get("a") is None


async def test_turn_without_its_exchange_is_refused(database: Database) -> None:
    row = {"exchange_id": 404, "scope": "s", "role": "user", "text": "", "author_id": 1, "author_name": "", "model": ""}
    with pytest.raises(StoreError, match=r"FOREIGN KEY|ForeignKeyViolation"):
        async with database.writing() as connection:
            await connection.execute(insert(turns), {**row, "created_at": turn("").created_at, "channel_id": 1})


async def test_half_an_exchange_is_none(url: str, memory: Memory) -> None:
    broken = turn("a")
    object.__setattr__(broken, "text", None)
    with pytest.raises(StoreError, match=r"NOT NULL|NotNullViolation"):
        await memory.remember("channel/1", turn("q"), broken)
    assert await memory.newest(Span("channel/1"), 10) == ()
    assert_only_whole_exchanges(url)


async def test_cancelling_at_any_moment_leaves_nothing_stuck_and_nothing_half(url: str, memory: Memory) -> None:
    for moment in range(1, await suspensions(memory) + 1):
        await run(Interrupted(memory.remember("channel/1", turn("q"), turn("a")), {moment}))
        assert_only_whole_exchanges(url)
    await memory.remember("channel/1", turn("last"), turn("answer"))
    assert (await memory.newest(Span("channel/1"), 1))[0].text == "answer"


async def test_cancelling_again_during_the_clean_up_leaves_nothing_stuck_either(url: str, memory: Memory) -> None:
    moments = await suspensions(memory)
    for first in range(1, moments + 1):
        for second in range(first + 1, first + 6):
            await run(Interrupted(memory.remember("channel/1", turn("q"), turn("a")), {first, second}))
    await memory.remember("channel/1", turn("last"), turn("answer"))
    assert_only_whole_exchanges(url)


async def test_fifty_writers_cancelled_in_a_crowd_leave_nothing_stuck_and_nothing_half(
    url: str, memory: Memory
) -> None:
    moments = await suspensions(memory)
    crowd = [
        run(Interrupted(memory.remember("channel/1", turn("q"), turn("a")), {1 + number % (moments + 1)}))
        for number in range(50)
    ]
    survivors = [memory.remember("channel/2", turn("q"), turn("a")) for _ in range(10)]
    await asyncio.gather(*crowd, *survivors)
    assert_only_whole_exchanges(url)
    assert (await memory.count(Span("channel/2"))).turns == 20


async def test_cancelled_readers_give_their_places_back(memory: Memory) -> None:
    await memory.remember("channel/1", turn("q"), turn("a"))
    for moment in range(1, 30):
        await run(Interrupted(memory.newest(Span("channel/1"), 10), {moment, moment + 2}))
    both = await asyncio.gather(*(memory.newest(Span("channel/1"), 10) for _ in range(10)))
    assert {len(turns) for turns in both} == {2}


@only_sqlite
async def test_disk_without_room_says_so_and_takes_nothing(database: Database, memory: Memory) -> None:
    async with database.writing() as connection:
        await connection.execute(text("PRAGMA max_page_count = 30"))
    with pytest.raises(StoreError, match="the disk is full"):
        await memory.remember("channel/1", turn("q"), turn("a" * 1_000_000))
    await memory.remember("channel/1", turn("q"), turn("a"))
    assert (await memory.count(Span("channel/1"))).turns == 2


async def test_writers_take_turns(database: Database) -> None:
    await Notes(database).set("counter", "0")

    async def add_one() -> None:
        async with database.writing() as connection:
            [[value]] = await connection.fetch(COUNTER)
            await connection.execute(update(notes).values(value=str(int(value) + 1)))

    await asyncio.gather(*(add_one() for _ in range(50)))
    assert await Notes(database).get("counter") == "50"


async def test_writers_of_two_programs_take_turns(url: str, database: Database) -> None:
    async with second_program(url) as other:
        one, two = Memory(database), Memory(other)
        await asyncio.gather(
            *(memory.remember("channel/1", turn("q"), turn("a")) for memory in (one, two) for _ in range(20))
        )
        assert (await one.count(Span("channel/1"))).turns == 80


async def test_writer_that_another_program_keeps_out_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.01)
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_S", 0.01)
    async with second_program(url) as database, second_program(url) as other, other.writing():
        with pytest.raises(StoreError, match=r"in use by another program|PostgreSQL is busy"):
            await Notes(database).set("a", "1")


async def test_reader_neither_waits_for_the_writer_nor_sees_its_half_work(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(ADD, {"key": "a", "value": "1"})
        assert await Notes(database).get("a") is None
    assert await Notes(database).get("a") == "1"


async def test_writer_does_not_wait_for_readers(database: Database) -> None:
    async with database.reading() as first, database.reading() as second:
        assert await first.fetch(select(notes)) == await second.fetch(select(notes)) == []
        await Notes(database).set("a", "1")


async def test_reader_sees_one_moment(database: Database) -> None:
    async with database.reading() as connection:
        before = await connection.fetch(select(notes))
        await Notes(database).set("a", "1")
        assert await connection.fetch(select(notes)) == before


async def test_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        async with database.reading() as connection:
            await connection.execute(ADD, {"key": "a", "value": "1"})


async def test_closing_waits_for_the_writers_before_it(url: str) -> None:
    database = await Database.open(url)
    writers = [asyncio.create_task(Notes(database).set(str(number), "kept")) for number in range(5)]
    await asyncio.sleep(0)  # each has asked for its turn
    await database.close()
    await asyncio.gather(*writers)
    assert ask(url, "SELECT count(*) FROM notes") == [(5,)]


async def test_closing_waits_for_the_readers_before_it(url: str) -> None:
    database = await Database.open(url)
    async with database.reading() as connection:
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)  # it has asked
        assert await connection.fetch(text("SELECT 1")) == [(1,)]
        assert not closing.done()
    await closing


@asynccontextmanager
async def second_program(url: str) -> AsyncIterator[Database]:
    other = await Database.open(url)
    try:
        yield other
    finally:
        await other.close()
