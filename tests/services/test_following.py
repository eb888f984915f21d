"""The memory follows what becomes of messages in Discord."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.services.following import Following
from bot.store.database import Database
from bot.store.memory import Memory, NewTurn
from bot.store.posts import NewPost, NewVersion, Post, Posts

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ASKING, ANSWER, LATER = 77, 101, 102


@pytest.fixture
def posts(database: Database) -> Posts:
    return Posts(database)


@pytest.fixture
def following(memory: Memory, posts: Posts) -> Following:
    return Following(memory, posts)


async def opened(posts: Posts, material: str = "") -> int:
    asked = NewPost("channel/1", 1, 3, 11, "Ann", "why?", material, "Ann asks", None, False, ASKING, NOON)
    return await posts.open(asked)


@pytest.fixture
async def exchange_id(memory: Memory, posts: Posts) -> int:
    """Store a question with a file, and its answer in two messages."""
    post_id = await opened(posts, "moss.txt:\ngreen")
    question = NewTurn("why?\n\nmoss.txt:\ngreen", 11, "Ann", "grok", NOON, ASKING, 1)
    answer = NewTurn("because", 11, "Ann", "grok", NOON, None, 1)
    exchange_id = await memory.remember("channel/1", question, answer)
    await posts.add_version(post_id, NewVersion("because", "", 0.0, (), "grok", "stop", {}, NOON), exchange_id)
    await posts.place(post_id, [ANSWER, LATER], 1)
    return exchange_id


async def texts(memory: Memory, exchange_id: int) -> list[str]:
    return [turn.text for turn in await memory.exchange(exchange_id)]


async def found(posts: Posts, post_id: int | None) -> Post:
    post = await posts.find(post_id or 0)
    assert post is not None
    return post


async def test_edited_question_is_remembered_as_it_reads_now_with_its_files(
    following: Following, memory: Memory, posts: Posts, exchange_id: int
) -> None:
    for prompt in ("how?", " where? "):
        await following.edited(ASKING, prompt)
    assert await texts(memory, exchange_id) == ["where?\n\nmoss.txt:\ngreen", "because"]
    post = await found(posts, await posts.by_message(ANSWER))
    assert (post.prompt, post.material, post.heading) == ("where?", "moss.txt:\ngreen", "")


async def test_question_edited_into_the_same_words_costs_nothing(
    following: Following, posts: Posts, exchange_id: int
) -> None:
    await following.edited(ASKING, "why?")
    assert (await found(posts, await posts.by_message(ANSWER))).heading == "Ann asks"


async def test_question_edited_into_nothing_is_forgotten_with_its_answer(
    following: Following, memory: Memory, posts: Posts, exchange_id: int
) -> None:
    await following.edited(ASKING, " \n")
    assert await texts(memory, exchange_id) == []
    assert await posts.by_message(ANSWER) is None


@pytest.mark.parametrize("message_id", [ASKING, ANSWER, LATER])
async def test_deleted_message_takes_question_and_answer_along(
    following: Following, memory: Memory, posts: Posts, exchange_id: int, message_id: int
) -> None:
    assert await following.deleted(message_id) == 2
    assert await texts(memory, exchange_id) == []
    assert await posts.asked_by(ASKING) == ()


async def test_question_that_is_being_answered_follows_as_well(following: Following, posts: Posts) -> None:
    post_id = await opened(posts)
    await following.edited(ASKING, "how?")
    assert (await found(posts, post_id)).prompt == "how?"
    await following.deleted(ASKING)
    assert await posts.find(post_id) is None


async def test_deleted_answer_that_nobody_remembers_is_forgotten(following: Following, posts: Posts) -> None:
    post_id = await opened(posts)
    await posts.place(post_id, [ANSWER], 1)
    assert await following.deleted(ANSWER) == 0
    assert await posts.find(post_id) is None


async def test_question_without_a_post_is_changed_whole(following: Following, memory: Memory) -> None:
    question = NewTurn("why?", 11, "Ann", "grok", NOON, ASKING, 1)
    exchange_id = await memory.remember("channel/1", question, question)
    await following.edited(ASKING, "how?")
    assert (await texts(memory, exchange_id))[0] == "how?"


async def test_message_that_nobody_remembers_changes_nothing(
    following: Following, memory: Memory, exchange_id: int
) -> None:
    await following.edited(404, "how?")
    assert await following.deleted(404) == 0
    assert len(await texts(memory, exchange_id)) == 2


async def test_edit_of_an_answer_is_not_followed(following: Following, memory: Memory, exchange_id: int) -> None:
    await following.edited(ANSWER, "how?")
    assert (await texts(memory, exchange_id))[1] == "because"


async def test_later_part_of_an_answer_is_told_from_its_beginning(following: Following, exchange_id: int) -> None:
    parts = [await following.is_later_part(message_id) for message_id in (ASKING, ANSWER, LATER, 404)]
    assert parts == [False, False, True, False]
    assert await following.shown_by(LATER) == await following.shown_by(ANSWER) != await following.shown_by(404)
