"""Private answers behave as the stored ones do, and leave when there are too many."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.services.private_posts import MOST, PassingPosts, PrivatePosts
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POST = NewPost("channel/5", 5, 1, 2, "Ann", "why?", "", "", None, False, None, NOW)
PICTURE = StoredPicture("a.png", "image/png", b"x")


def version(text: str) -> NewVersion:
    return NewVersion(text, "", 0.0, (), "grok-3", "stop", {}, NOW)


async def test_versions_are_kept_and_chosen() -> None:
    posts = PrivatePosts()
    post_id = await posts.open(POST, [PICTURE])
    assert await posts.add_version(post_id, version("one"), None) == 1
    assert await posts.add_version(post_id, version("two"), None) == 2
    found = await posts.state(post_id)
    assert found is not None
    assert (found[0].version, found[1].text if found[1] else "", found[2]) == (2, "two", 2)
    assert await posts.choose(post_id, 1)
    assert not await posts.choose(post_id, 3)
    await posts.replace_version(post_id, 1, version("one and more"))
    kept = await posts.version(post_id, 1)
    assert kept is not None
    assert kept.text == "one and more"
    assert await posts.pictures(post_id) == (PICTURE,)


async def test_a_removed_one_is_gone() -> None:
    posts = PrivatePosts()
    post_id = await posts.open(POST, [PICTURE])
    await posts.remove(post_id)
    assert await posts.find(post_id) is None
    assert await posts.version(post_id, 1) is None
    assert await posts.pictures(post_id) == ()
    assert await posts.add_version(post_id, version("late"), None) == 0
    await posts.replace_version(post_id, 1, version("late"))
    assert await posts.version(post_id, 1) is None


async def test_the_oldest_go_when_there_are_too_many() -> None:
    posts = PrivatePosts()
    ids = [await posts.open(POST) for _ in range(MOST + 2)]
    assert [await posts.find(post_id) is None for post_id in ids[:3]] == [True, True, False]
    assert await posts.find(ids[-1]) is not None


async def test_one_that_everybody_sees_knows_where_it_stands() -> None:
    posts = PassingPosts()
    post_id = await posts.open(POST)
    await posts.place(post_id, [7, 8], 5)
    assert await posts.message_ids(post_id) == (7, 8)
    await posts.remove(post_id)
    await posts.place(post_id, [7, 8], 5)
    assert await posts.message_ids(post_id) == ()
