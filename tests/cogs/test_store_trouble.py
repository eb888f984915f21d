"""The database breaks while people are being answered: what was said reaches them all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.database import Database
from bot.ui import text
from tests.cogs.world import Held, World, labels

TROUBLE = text.sentence(StoreError("any"))


@pytest.fixture
def lose(tmp_path: Path) -> Callable[[str], None]:
    """Take a table away, as a damaged file would."""

    def drop(table: str) -> None:
        with closing(sqlite3.connect(tmp_path / "memory.db")) as connection:
            connection.execute(f"DROP TABLE {table}")

    return drop


async def begun(world: World) -> Held:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    return held


async def test_a_memory_that_cannot_be_read_is_a_sentence(world: World, lose: Callable[[str], None]) -> None:
    lose("turns")
    await world.ask()
    assert world.shown == [TROUBLE]


async def test_an_answer_that_cannot_be_remembered_is_shown_and_says_so(
    world: World, lose: Callable[[str], None]
) -> None:
    held = await begun(world)
    lose("turns")
    held.send(" come.")
    held.end()
    await world.settled()
    assert world.shown == [f"Waves come.\n-# {TROUBLE}"]


async def test_an_answer_whose_place_cannot_be_noted_stays_as_it_is(
    world: World, lose: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    held = await begun(world)
    lose("post_messages")
    held.send(" come.")
    held.end()
    await world.settled()
    assert world.shown == ["Waves come."]
    assert "Reply" in labels(world.messages[0])
    assert "StoreError" in caplog.text


async def test_a_lost_answer_is_handed_over_though_its_place_cannot_be_noted(
    world: World, lose: Callable[[str], None]
) -> None:
    assert world.bot.user is not None
    held = world.holds()
    await world.begin(world.ann.send(world.channel, f"{world.bot.user.mention} why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    lose("post_messages")
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=None)
    held.send(" come.")
    held.end()
    await world.settled()
    assert [len(message.attachments) for message in world.told(world.ann)] == [1]


async def test_a_whole_text_is_shown_though_the_store_is_slow(world: World, database: Database) -> None:
    held = await begun(world)
    async with database.writing():
        held.send(" [come](https://exam")
        held.end()
        await world.until(lambda: world.shown == ["Waves [come](https://exam"])
        assert labels(world.messages[0]) == ["Stop"]
    await world.settled()
    assert "Reply" in labels(world.messages[0])
