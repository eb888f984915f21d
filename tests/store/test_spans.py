"""Which turns are meant: those of a scope, those it took over, and only some of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.memory import Memory, MemoryCount, Span
from bot.store.posts import NewPost, NewVersion, Posts
from tests.store.conftest import NOON, turn

HERE = "channel/1"
THERE = "channel/2"


@pytest.fixture
async def ids(memory: Memory) -> list[int]:
    """Store five exchanges, one a day, the fourth of them in a thread."""
    found = []
    for day in range(5):
        asked_at = NOON + timedelta(days=day)
        scope = THERE if day == 3 else HERE
        question = turn(f"q{day}", created_at=asked_at, message_id=70 + day)
        found.append(await memory.remember(scope, question, turn(f"a{day}", created_at=asked_at)))
    return found


async def texts(memory: Memory, span: Span, limit: int = 50) -> str:
    return " ".join(kept.text for kept in await memory.newest(span, limit))


async def test_thread_begins_with_what_its_channel_said_up_to_the_branch(memory: Memory, ids: list[int]) -> None:
    span = Span(THERE, HERE, ids[1])
    assert await texts(memory, span) == "q0 a0 q1 a1 q3 a3"
    assert await texts(memory, span, 3) == "a1 q3 a3"
    assert await memory.count(span) == MemoryCount(6, 12, NOON)
    assert await memory.newest_exchange(span) == ids[3]


async def test_only_exchanges_before_one_are_meant(memory: Memory, ids: list[int]) -> None:
    assert await texts(memory, Span(HERE, before=ids[2])) == "q0 a0 q1 a1"
    assert await texts(memory, Span(THERE, HERE, ids[2], before=ids[1])) == "q0 a0"
    assert await texts(memory, Span(HERE, before=0)) == ""


async def test_only_exchanges_after_one_are_meant(memory: Memory, ids: list[int]) -> None:
    assert await texts(memory, Span(HERE, after=ids[1])) == "q2 a2 q4 a4"
    assert await texts(memory, Span(THERE, HERE, ids[2], after=ids[1])) == "q2 a2 q3 a3"


async def test_only_exchanges_asked_since_a_moment_are_meant(memory: Memory, ids: list[int]) -> None:
    since = NOON + timedelta(days=2)
    assert await texts(memory, Span(HERE, since=since)) == "q2 a2 q4 a4"
    assert await memory.count(Span(THERE, HERE, ids[2], since=since)) == MemoryCount(4, 8, since)


async def test_exchange_whose_answer_came_later_is_as_old_as_its_question(memory: Memory) -> None:
    await memory.remember(HERE, turn("q"), turn("a", created_at=NOON + timedelta(days=2)))
    assert await memory.newest(Span(HERE, since=NOON + timedelta(days=1)), 5) == ()


async def test_pinned_turns_are_told_oldest_first_within_the_span(memory: Memory, ids: list[int]) -> None:
    for exchange_id in (ids[4], ids[3], ids[0]):
        [question, _] = await memory.exchange(exchange_id)
        assert await memory.pin(question.id, True)
    assert [kept.text for kept in await memory.pinned(Span(HERE))] == ["q0", "q4"]
    assert [kept.text for kept in await memory.pinned(Span(THERE, HERE, ids[1]))] == ["q0", "q3"]
    assert [kept.text for kept in await memory.pinned(Span(HERE, after=ids[0]))] == ["q4"]


async def test_turn_let_loose_is_pinned_no_more(memory: Memory, ids: list[int]) -> None:
    [question, _] = await memory.exchange(ids[0])
    await memory.pin(question.id, True)
    await memory.pin(question.id, False)
    assert await memory.pinned(Span(HERE)) == ()
    assert not await memory.pin(404, True)


async def test_turn_and_exchange_are_found_by_their_ids(memory: Memory, ids: list[int]) -> None:
    [question, answer] = await memory.exchange(ids[3])
    assert (question.text, answer.text) == ("q3", "a3")
    assert await memory.turn(answer.id) == answer
    assert await memory.scope_of(ids[3]) == THERE
    assert (await memory.turn(404), await memory.exchange(404), await memory.scope_of(404)) == (None, (), None)


async def test_last_exchange_at_a_moment_is_found(memory: Memory, ids: list[int]) -> None:
    assert await memory.exchange_at(HERE, NOON + timedelta(days=1)) == ids[1]
    assert await memory.exchange_at(HERE, NOON + timedelta(days=3, hours=1)) == ids[2]
    assert await memory.exchange_at(HERE, NOON - timedelta(seconds=1)) == 0
    assert await memory.newest_exchange(Span("nowhere")) is None


async def test_question_is_found_by_its_message(memory: Memory, ids: list[int]) -> None:
    assert [kept.text for kept in await memory.by_message(72)] == ["q2"]
    assert await memory.by_message(404) == ()


async def test_answer_is_found_by_every_message_it_stands_in(
    database: Database, memory: Memory, ids: list[int]
) -> None:
    posts = Posts(database)
    asked = NewPost(HERE, 1, None, 1, "Ann", "q2", "", "", None, False, 72, NOON)
    post_id = await posts.open(asked)
    await posts.place(post_id, [101, 102], 1)
    assert await memory.by_message(101) == ()
    await posts.add_version(post_id, NewVersion("a2", "", 0.0, (), "grok", "stop", {}, NOON), ids[2])
    for message_id in (101, 102):
        assert [kept.text for kept in await memory.by_message(message_id)] == ["a2"]
