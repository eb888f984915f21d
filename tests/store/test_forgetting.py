"""What is forgotten is gone: from every table, and from the bytes of every file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.store.branches import Branch, Branches
from bot.store.database import Database
from bot.store.memory import Memory, Span
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion, Posts
from bot.store.summaries import Summaries, Summary
from bot.store.tables import turns
from tests.store.conftest import NOON, only_sqlite, turn

HERE = "channel/1"
SECRET = "my darkest secret "
PICTURE = b"the darkest picture " * 2000


@dataclass
class Garden:
    """One exchange full of secrets, with everything that may tell of it."""

    memory: Memory
    posts: Posts
    summaries: Summaries
    exchange_id: int
    post_id: int


@pytest.fixture
async def garden(database: Database, memory: Memory) -> Garden:
    exchange_id = await tell(memory)
    posts, summaries = Posts(database), Summaries(database)
    picture = StoredPicture(SECRET, "image/png", PICTURE)
    asked = NewPost(HERE, 1, 3, 1, SECRET, SECRET * 500, SECRET * 500, SECRET, None, False, 77, NOON)
    post_id = await posts.open(asked, [picture])
    for _ in range(2):
        written = NewVersion(SECRET * 500, SECRET, 0.0, (SECRET,), "grok-3", "stop", {}, NOON)
        await posts.add_version(post_id, written, exchange_id)
    await summaries.keep(summary(HERE, exchange_id), ())
    await Branches(database).keep(Branch("channel/2", HERE, exchange_id))
    await summaries.keep(summary("channel/2", exchange_id), ())
    return Garden(memory, posts, summaries, exchange_id, post_id)


Forget = Callable[[Garden], Awaitable[object]]

WAYS: dict[str, Forget] = {
    "everything": lambda garden: garden.memory.forget(HERE),
    "a person's": lambda garden: garden.memory.forget(HERE, author_id=1),
    "one exchange": lambda garden: garden.memory.remove_exchange(garden.exchange_id),
    "what is old in a server": lambda garden: garden.memory.expire(3, NOON + timedelta(days=1)),
    "what is old in a scope": lambda garden: garden.memory.expire_scope(HERE, NOON + timedelta(days=1)),
}


@only_sqlite
@pytest.mark.parametrize("way", WAYS)
async def test_forgotten_words_are_in_no_file_while_the_bot_runs_on(garden: Garden, file: Path, way: str) -> None:
    assert b"darkest" in content(file)
    await WAYS[way](garden)
    assert b"darkest" not in content(file)


@pytest.mark.parametrize("way", WAYS)
async def test_forgotten_exchange_takes_post_and_summaries_along(garden: Garden, way: str) -> None:
    await WAYS[way](garden)
    assert await garden.memory.exchange(garden.exchange_id) == ()
    assert await garden.memory.scope_of(garden.exchange_id) is None
    assert await garden.posts.find(garden.post_id) is None
    assert (await garden.summaries.find(HERE), await garden.summaries.find("channel/2")) == (None, None)


@only_sqlite
async def test_reader_who_looks_at_an_older_moment_is_waited_for(
    garden: Garden, database: Database, file: Path
) -> None:
    async with database.reading() as connection:
        await connection.fetch(select(turns.c.id))
        forgetting = asyncio.create_task(garden.memory.forget(HERE))
        while (await count_outside(file)) > 0:
            await asyncio.sleep(0)
        assert not forgetting.done()
        assert len(await connection.fetch(select(turns.c.id))) == 2
    assert await forgetting == 2
    assert b"darkest" not in content(file)


async def test_forgetting_that_fails_forgets_nothing(garden: Garden, database: Database) -> None:
    async def fail() -> None:
        async with database.erasing() as connection:
            await connection.execute(delete(turns))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert len(await garden.memory.exchange(garden.exchange_id)) == 2


@only_sqlite
async def test_both_turns_removed_one_by_one_leave_nothing_in_any_file(garden: Garden, file: Path) -> None:
    for removed in await garden.memory.exchange(garden.exchange_id):
        assert await garden.memory.remove_turn(removed.id)
        assert not await garden.memory.remove_turn(removed.id)
    assert await garden.memory.scope_of(garden.exchange_id) is None
    assert b"darkest" not in content(file)


async def test_removed_turn_leaves_the_other_and_takes_the_post_that_quotes_it(garden: Garden) -> None:
    question, answer = await garden.memory.exchange(garden.exchange_id)
    await garden.memory.remove_turn(question.id)
    assert await garden.memory.exchange(garden.exchange_id) == (answer,)
    assert await garden.posts.find(garden.post_id) is None
    assert await garden.summaries.find("channel/2") is None


async def test_rewritten_question_is_also_what_its_post_asks(garden: Garden) -> None:
    [question, answer] = await garden.memory.exchange(garden.exchange_id)
    assert await garden.memory.rewrite(question.id, "why?")
    post = await garden.posts.find(garden.post_id)
    assert post is not None
    assert (post.prompt, post.material, post.heading, post.version) == ("why?", "", "", 2)
    assert [kept.text for kept in await garden.memory.exchange(garden.exchange_id)] == ["why?", answer.text]
    assert (await garden.summaries.find(HERE), await garden.summaries.find("channel/2")) == (None, None)


@only_sqlite
async def test_rewritten_words_are_in_no_file(memory: Memory, file: Path) -> None:
    exchange_id = await tell(memory)
    for told in await memory.exchange(exchange_id):
        await memory.rewrite(told.id, "nothing")
    assert b"darkest" not in content(file)
    assert not await memory.rewrite(404, "nothing")


async def test_another_answer_takes_the_place_of_the_first(garden: Garden) -> None:
    assert await garden.memory.rewrite_answer(garden.exchange_id, "moss", "grok-4")
    [question, answer] = await garden.memory.exchange(garden.exchange_id)
    assert (answer.text, answer.model, question.model) == ("moss", "grok-4", "grok-3")
    assert await garden.summaries.find(HERE) is None
    assert await garden.posts.find(garden.post_id) is not None
    assert not await garden.memory.rewrite_answer(404, "moss", "grok-4")


async def test_summary_of_older_exchanges_stays_when_a_newer_one_goes(garden: Garden) -> None:
    newer = await tell(garden.memory)
    await garden.memory.remove_exchange(newer)
    assert await garden.summaries.find(HERE) is not None
    assert await garden.summaries.find("channel/2") is not None


async def test_thread_keeps_its_summary_when_what_it_did_not_take_over_goes(garden: Garden, database: Database) -> None:
    newer = await tell(garden.memory)
    await garden.summaries.keep(summary("channel/2", newer), (), await garden.summaries.find("channel/2"))
    await garden.memory.remove_exchange(newer)
    assert await garden.summaries.find("channel/2") is not None
    await garden.memory.remove_exchange(garden.exchange_id)
    assert await garden.summaries.find("channel/2") is None


async def test_forgetting_a_person_leaves_the_others_posts(garden: Garden) -> None:
    assert await garden.memory.forget(HERE, author_id=2) == 0
    assert await garden.posts.find(garden.post_id) is not None
    assert await garden.summaries.find(HERE) is not None


async def test_forgetting_takes_questions_that_got_no_answer(garden: Garden) -> None:
    asked = NewPost(HERE, 1, 3, 1, "Ann", "unanswered", "", "", None, False, 78, NOON)
    post_id = await garden.posts.open(asked)
    await garden.memory.forget(HERE, author_id=1)
    assert await garden.posts.find(post_id) is None


async def test_answer_whose_post_was_forgotten_while_it_was_written_is_not_remembered(garden: Garden) -> None:
    assert await garden.memory.remember(HERE, turn("q"), turn("a"), post_id=garden.post_id) > 0
    await garden.memory.forget(HERE)
    assert await garden.memory.remember(HERE, turn("q"), turn("a"), post_id=garden.post_id) == 0
    assert await garden.memory.newest(Span(HERE), 5) == ()


async def test_old_exchanges_of_a_server_expire_and_newer_or_others_stay(memory: Memory) -> None:
    for days, guild_id in ((0, 3), (2, 3), (0, 4)):
        asked_at = NOON + timedelta(days=days)
        await memory.remember(f"channel/{guild_id}", turn("q", created_at=asked_at), turn("a"), guild_id=guild_id)
    assert await memory.expire(3, NOON + timedelta(days=1)) == 2
    assert (await memory.count(Span("channel/3"))).turns == 2
    assert (await memory.count(Span("channel/4"))).turns == 2


async def test_scopes_without_a_server_do_not_expire_with_one(memory: Memory) -> None:
    await memory.remember("channel/9", turn("q"), turn("a"))
    assert await memory.expire(3, NOON + timedelta(days=1)) == 0


async def tell(memory: Memory) -> int:
    return await memory.remember(HERE, turn(SECRET * 500), turn(SECRET * 500, author_id=99), guild_id=3)


def summary(scope: str, upto: int) -> Summary:
    return Summary(scope, upto, SECRET * 100, 2, "grok-3", NOON)


async def count_outside(file: Path) -> int:
    """Count the turns as another program sees them: those of the last commit."""
    connection = sqlite3.connect(file)
    [(amount,)] = connection.execute("SELECT count(*) FROM turns").fetchall()
    connection.close()
    await asyncio.sleep(0)
    return int(amount)


def content(file: Path) -> bytes:
    """Return the bytes of the database and of its log."""
    return b"".join(each.read_bytes() for each in sorted(file.parent.iterdir()))
