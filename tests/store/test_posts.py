"""Answers as they stand in Discord."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.memory import Memory
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion, Post, Posts, Version
from tests.store.conftest import NOON, turn

ASKED = NewPost("channel/5", 5, 3, 1, "Ann", "why?", "a file", "Ann asks", "grok-4", True, 77, NOON)
FIRST = NewVersion("because", "hm", 1.5, ("https://a.example", 'b"]'), "grok-3", "stop", {"turns": 2}, NOON)
SECOND = replace(FIRST, text="for no reason", citations=(), used={})
MOSS = StoredPicture("moss.png", "image/png", b"\x89PNG\0\xff")
FERN = StoredPicture("fern.png", "image/png", b"fern")


@pytest.fixture
def posts(database: Database) -> Posts:
    return Posts(database)


async def test_post_comes_back_as_it_was_opened(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    assert await posts.find(post_id) == Post.of(post_id, ASKED)
    assert await posts.state(post_id) == (Post.of(post_id, ASKED), None, 0)
    assert (await posts.message_ids(post_id), await posts.pictures(post_id)) == ((), ())


async def test_unknown_post_is_not_found(posts: Posts) -> None:
    assert await posts.find(404) is None
    assert await posts.version(404, 1) is None
    assert await posts.state(404) is None
    assert await posts.by_message(404) is None
    assert await posts.of_exchange(404) is None
    assert not await posts.choose(404, 1)
    await posts.replace_version(404, 1, FIRST)
    await posts.remove(404)


async def test_new_version_is_the_chosen_one(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    assert [await posts.add_version(post_id, new, None) for new in (FIRST, SECOND)] == [1, 2]
    assert await posts.versions(post_id) == (Version.of(1, FIRST), Version.of(2, SECOND))
    assert await posts.version(post_id, 2) == Version.of(2, SECOND)
    assert await chosen(posts, post_id) == 2
    state = await posts.state(post_id)
    assert state is not None
    assert state[1:] == (Version.of(2, SECOND), 2)


async def test_another_version_can_be_chosen_and_a_missing_one_cannot(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    await posts.add_version(post_id, FIRST, None)
    await posts.add_version(post_id, SECOND, None)
    assert await posts.choose(post_id, 1)
    assert not await posts.choose(post_id, 3)
    assert await chosen(posts, post_id) == 1


async def test_version_is_replaced_by_a_longer_one(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    await posts.add_version(post_id, FIRST, None)
    await posts.replace_version(post_id, 1, SECOND)
    assert await posts.versions(post_id) == (Version.of(1, SECOND),)


async def test_version_names_the_exchange_that_remembers_it(posts: Posts, memory: Memory) -> None:
    exchange_id = await memory.remember("channel/5", turn("q"), turn("a"))
    post_id = await posts.open(ASKED)
    await posts.add_version(post_id, FIRST, exchange_id)
    await posts.add_version(post_id, SECOND, None)
    post = await posts.of_exchange(exchange_id)
    assert post is not None
    assert (post.id, post.exchange_id) == (post_id, exchange_id)


async def test_version_of_an_exchange_forgotten_meanwhile_is_kept_without_it(posts: Posts, memory: Memory) -> None:
    exchange_id = await memory.remember("channel/9", turn("q"), turn("a"))
    await memory.forget("channel/9")
    post_id = await posts.open(ASKED)
    assert await posts.add_version(post_id, FIRST, exchange_id) == 1
    post = await posts.find(post_id)
    assert post is not None
    assert post.exchange_id is None


async def test_version_and_place_of_a_post_forgotten_meanwhile_are_not_kept(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    await posts.remove(post_id)
    assert await posts.add_version(post_id, FIRST, None) == 0
    await posts.place(post_id, [101], 5)
    assert (await posts.versions(post_id), await posts.by_message(101)) == ((), None)


async def test_post_is_found_by_every_message_it_stands_in(posts: Posts) -> None:
    post_id = await posts.open(ASKED)
    await posts.place(post_id, [102, 101, 2**62], 5)
    assert await posts.message_ids(post_id) == (102, 101, 2**62)
    assert [await posts.by_message(message_id) for message_id in (101, 102, 2**62)] == [post_id] * 3


async def test_place_takes_the_place_of_the_one_before(posts: Posts) -> None:
    first, second = await posts.open(ASKED), await posts.open(ASKED)
    await posts.place(first, [101, 102], 5)
    await posts.place(first, [103], 5)
    await posts.place(second, [103, 104], 5)
    assert [await posts.message_ids(post_id) for post_id in (first, second)] == [(), (103, 104)]
    assert await posts.by_message(101) is None


async def test_pictures_come_back_in_their_order(posts: Posts) -> None:
    post_id = await posts.open(ASKED, [MOSS, FERN])
    assert await posts.pictures(post_id) == (MOSS, FERN)


async def test_pictures_of_exchanges_come_for_those_that_have_some(posts: Posts, memory: Memory) -> None:
    ids = [await memory.remember("channel/5", turn("q"), turn("a")) for _ in range(3)]
    for exchange_id, along in zip(ids, ([MOSS, FERN], [], [FERN]), strict=True):
        await posts.add_version(await posts.open(ASKED, along), FIRST, exchange_id)
    assert await posts.pictures_of_exchanges(ids) == {ids[0]: (MOSS, FERN), ids[2]: (FERN,)}
    assert await posts.pictures_of_exchanges([]) == {}


async def test_old_pictures_go_and_their_posts_stay(posts: Posts) -> None:
    old = await posts.open(ASKED, [MOSS, FERN])
    new = await posts.open(replace(ASKED, created_at=NOON + timedelta(days=1)), [MOSS])
    assert await posts.drop_pictures(NOON + timedelta(hours=1)) == 2
    assert (await posts.pictures(old), await posts.pictures(new)) == ((), (MOSS,))
    assert await posts.find(old) is not None


async def test_removed_post_takes_its_parts_along_and_its_id_never_comes_back(posts: Posts) -> None:
    post_id = await posts.open(ASKED, [MOSS])
    await posts.add_version(post_id, FIRST, None)
    await posts.place(post_id, [101], 5)
    await posts.remove(post_id)
    assert (await posts.find(post_id), await posts.by_message(101)) == (None, None)
    assert (await posts.versions(post_id), await posts.pictures(post_id)) == ((), ())
    assert await posts.open(ASKED) > post_id


async def chosen(posts: Posts, post_id: int) -> int:
    post = await posts.find(post_id)
    assert post is not None
    return post.version
