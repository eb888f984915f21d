"""What a scope remembers, and how it forgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.memory import Memory, MemoryCount, NewTurn, Span, Turn
from tests.store.conftest import NOON, address, turn

HERE = "channel/1"


async def test_exchange_comes_back_as_it_was_given(memory: Memory) -> None:
    question = NewTurn("why?", 2**63 - 1, "Ann", "grok-3", NOON, 77, channel_id=5)
    answer = NewTurn("because", 99, "Grok", "grok-4", NOON + timedelta(seconds=3), None, channel_id=5)
    exchange_id = await memory.remember(HERE, question, answer)
    assert await memory.newest(Span(HERE), 10) == (
        Turn(1, exchange_id, "user", "why?", 2**63 - 1, "Ann", "grok-3", NOON, 77, 5, False),
        Turn(2, exchange_id, "assistant", "because", 99, "Grok", "grok-4", NOON + timedelta(seconds=3), None, 5, False),
    )


async def test_newest_turns_come_oldest_first(memory: Memory) -> None:
    for number in range(5):
        await memory.remember(HERE, turn(f"q{number}"), turn(f"a{number}"))
    assert [kept.text for kept in await memory.newest(Span(HERE), 3)] == ["a3", "q4", "a4"]


@pytest.mark.parametrize("limit", [0, -1])
async def test_no_turns_are_wanted_and_none_come(memory: Memory, limit: int) -> None:
    await memory.remember(HERE, turn("q"), turn("a"))
    assert await memory.newest(Span(HERE), limit) == ()


async def test_scopes_do_not_mix(memory: Memory) -> None:
    await memory.remember("channel/1", turn("here"), turn("here"))
    await memory.remember("channel/10", turn("there"), turn("there"))
    assert {kept.text for kept in await memory.newest(Span("channel/1"), 10)} == {"here"}
    assert await memory.forget("channel/1") == 2
    assert (await memory.count(Span("channel/10"))).turns == 2


async def test_unknown_scope_is_empty(memory: Memory) -> None:
    assert await memory.newest(Span("nowhere"), 10) == ()
    assert await memory.count(Span("nowhere")) == MemoryCount(0, 0, None)
    assert await memory.forget("nowhere") == 0


async def test_count_tells_turns_characters_and_age(memory: Memory, clock: Callable[[], datetime]) -> None:
    oldest = clock()
    await memory.remember(HERE, turn("héllo 👋", created_at=oldest), turn("ok", created_at=clock()))
    await memory.remember(HERE, turn("x", created_at=clock()), turn("y", created_at=clock()))
    assert await memory.count(Span(HERE)) == MemoryCount(4, 11, oldest)


async def test_times_are_utc_whatever_zone_they_came_in(memory: Memory) -> None:
    shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    await memory.remember(HERE, turn("q", created_at=shanghai), turn("a"))
    [question, _] = await memory.newest(Span(HERE), 2)
    assert (question.created_at, question.created_at.tzinfo) == (NOON, UTC)


async def test_time_without_a_zone_is_refused(memory: Memory) -> None:
    with pytest.raises(StoreError):
        await memory.remember(HERE, turn("q", created_at=NOON.replace(tzinfo=None)), turn("a"))
    assert (await memory.count(Span(HERE))).turns == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a\0b", "a\N{REPLACEMENT CHARACTER}b"), ("\ud83d\udc4b", "👋"), ("\ud83d!", "\N{REPLACEMENT CHARACTER}!")],
    ids=["NUL", "pair of surrogates", "lone surrogate"],
)
async def test_text_that_no_database_takes_is_mended(memory: Memory, given: str, kept: str) -> None:
    await memory.remember(HERE, turn("q"), replace(turn(given), author_name=given))
    [_, answer] = await memory.newest(Span(HERE), 2)
    assert (answer.text, answer.author_name) == (kept, kept)


async def test_text_is_data_and_never_sql(memory: Memory) -> None:
    nasty = "'); DROP TABLE turns; -- :scope %s ? \\"
    await memory.remember(nasty, turn(nasty), turn(nasty))
    assert [kept.text for kept in await memory.newest(Span(nasty), 10)] == [nasty, nasty]


async def test_forgetting_takes_everything_of_a_scope(memory: Memory) -> None:
    await memory.remember(HERE, turn("q", author_id=1), turn("a", author_id=99))
    await memory.remember(HERE, turn("q", author_id=2), turn("a", author_id=99))
    assert await memory.forget(HERE) == 4
    assert await memory.newest(Span(HERE), 10) == ()


async def test_forgetting_a_person_takes_their_questions_with_the_answers(memory: Memory) -> None:
    await memory.remember(HERE, turn("mine", author_id=1), turn("to me", author_id=99))
    await memory.remember(HERE, turn("yours", author_id=2), turn("to you", author_id=99))
    await memory.remember("channel/2", turn("elsewhere", author_id=1), turn("to me", author_id=99))
    assert await memory.forget(HERE, author_id=1) == 2
    assert [kept.text for kept in await memory.newest(Span(HERE), 10)] == ["yours", "to you"]
    assert (await memory.count(Span("channel/2"))).turns == 2


async def test_forgetting_the_bot_forgets_only_what_it_asked(memory: Memory) -> None:
    await memory.remember(HERE, turn("q", author_id=1), turn("a", author_id=99))
    assert await memory.forget(HERE, author_id=99) == 0


async def test_id_of_a_forgotten_exchange_never_comes_back(memory: Memory) -> None:
    first = await memory.remember(HERE, turn("q"), turn("a"))
    await memory.forget(HERE)
    assert await memory.remember(HERE, turn("q"), turn("a")) > first


async def test_forgotten_text_is_gone_from_the_file(file: Path) -> None:
    database = await Database.open(address(file))
    await Memory(database).remember(HERE, turn("my darkest secret " * 500), turn("ok"))
    await Memory(database).forget(HERE)
    await database.close()
    assert b"darkest secret" not in content(file)


def content(file: Path) -> bytes:
    return file.read_bytes()
