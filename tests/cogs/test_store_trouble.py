"""The database breaks while people are being answered: what was said reaches them all the same."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.errors import InputError, StoreError
from bot.services.posts import PostService
from bot.store.database import Database
from bot.store.memory import Memory, Span
from bot.ui import text
from bot.ui.sentences.memory import NO_BUTTONS, NOT_STORED
from tests.cogs.test_controls import press
from tests.cogs.world import Held, World, labels

TROUBLE = text.sentence(StoreError("any"))
OFF = "-# grok-3 · memory is off"
REFUSE = "CREATE TRIGGER full BEFORE INSERT ON posts BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
UNSTORED = "-# grok-3 · not remembered: memory is off"


@pytest.fixture
def lose(tmp_path: Path) -> Callable[[str], None]:
    """Take a table away, as a damaged file would."""

    def drop(table: str) -> None:
        with closing(sqlite3.connect(tmp_path / "memory.db")) as connection:
            connection.execute(f"DROP TABLE {table}")

    return drop


async def rename(database: Database, name: str, other: str) -> None:
    async with database.writing() as connection:
        await connection.execute(sql(f"ALTER TABLE {name} RENAME TO {other}"))


async def count(database: Database, table: str) -> object:
    async with database.reading() as connection:
        [[amount]] = await connection.fetch(sql(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own words
    return amount


async def begun(world: World) -> Held:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    return held


@pytest.mark.parametrize("table", ["turns", "channel_preferences", "summaries"])
async def test_a_question_is_answered_without_the_memory_that_cannot_be_read(
    world: World, lose: Callable[[str], None], table: str
) -> None:
    world.answers("Waves come from wind.", "Foam is air.")
    await world.ask("why waves?")
    lose(table)
    await world.ask("and foam?")
    assert world.said[-1] == f"Foam is air.\n{OFF}"
    assert world.heard() == [("user", "and foam?")]


async def test_a_mention_and_a_direct_message_are_answered_too(world: World, lose: Callable[[str], None]) -> None:
    lose("turns")
    assert world.bot.user is not None
    world.answers("Waves come from wind.", "Foam is air.")
    await world.ann.send(world.channel, f"{world.bot.user.mention} why waves?")
    assert world.said == [f"Waves come from wind.\n{OFF}"]
    await world.ann.send_dm("and foam?")
    assert [message.content for message in world.told(world.ann)] == [f"Foam is air.\n{OFF}"]


async def test_a_private_question_is_answered_too(world: World, lose: Callable[[str], None]) -> None:
    lose("turns")
    world.answers("Waves come from wind.")
    await world.ann.slash(world.channel, "ask", prompt="why waves?", private=True)
    assert world.whispered(world.ann) == ["Waves come from wind."]


async def test_the_memory_comes_back_by_itself_and_knows_nothing_of_the_time_between(
    world: World, database: Database
) -> None:
    world.answers("One.", "Two.", "Three.")
    await world.ask("first?")
    await rename(database, "turns", "away")
    await world.ask("second?")
    await rename(database, "away", "turns")
    await world.ask("third?")
    assert world.heard() == [("user", "first?"), ("assistant", "One."), ("user", "third?")]


async def test_a_question_deleted_while_the_memory_is_off_is_forgotten_when_it_is_back(
    world: World, database: Database
) -> None:
    assert world.bot.user is not None
    world.answers("Waves come from wind.", "Hello.")
    question = await world.ann.send(world.channel, f"{world.bot.user.mention} why waves?")
    await rename(database, "turns", "away")
    await world.begin(world.ann.delete(question))
    assert await count(database, "away") == 2
    await rename(database, "away", "turns")
    memory = Memory(database)
    assert (await memory.count(Span(f"channel/{world.channel.id}"))).turns == 2

    async def forgotten() -> None:
        while (await memory.count(Span(f"channel/{world.channel.id}"))).turns:
            world.env.backend.advance_clock(1.0)
            await world.begin(world.env.settle())

    await asyncio.wait_for(forgotten(), 20)


async def test_the_buttons_of_an_answer_without_memory_work(world: World, database: Database) -> None:
    await rename(database, "turns", "away")
    world.answers("Waves come from wind.", "From the moon.")
    await world.ask("why waves?")
    await press(world, "regenerate")
    assert world.said == [f"From the moon.\n{OFF}"]
    await press(world, "older")
    assert world.said == [f"Waves come from wind.\n{OFF}"]
    await press(world, "delete")
    [question] = [each for each in world.channel.history(viewer=world.ann) if each.flags.ephemeral]
    await rename(database, "away", "turns")  # else forgetting would be tried until it works
    await world.ann.click(question, label="Delete for good")
    assert world.said == []


async def test_an_answer_without_memory_is_nobody_elses_to_change(world: World, lose: Callable[[str], None]) -> None:
    lose("turns")
    world.answers("Waves come from wind.")
    await world.ask("why waves?")
    await press(world, "regenerate", who=world.ben)
    assert world.whispered(world.ben) == [text.sentence(InputError("not_yours", asker="ann"))]


async def test_a_full_disk_leaves_the_memory_readable_and_says_that_nothing_is_stored(
    world: World, database: Database
) -> None:
    world.answers("Waves come from wind.", "Foam is air.")
    await world.ask("why waves?")
    async with database.writing() as connection:
        await connection.execute(
            sql("CREATE TRIGGER full BEFORE INSERT ON posts BEGIN SELECT RAISE(FAIL, 'full'); END")
        )
    await world.ask("and foam?")
    assert world.said[-1] == "Foam is air.\n-# grok-3 · 2 turns · not remembered: memory is off"
    assert world.heard()[0] == ("user", "why waves?")


async def test_a_file_that_another_program_holds_costs_the_memory_only(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.answers("Waves come from wind.")
    with closing(sqlite3.connect(tmp_path / "memory.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await world.begin(world.ask("why waves?"))
        await world.until(lambda: world.said == [f"Waves come from wind.\n{UNSTORED}"])


async def test_an_answer_that_cannot_be_stored_in_the_end_is_shown_and_says_so(
    world: World, lose: Callable[[str], None]
) -> None:
    held = await begun(world)
    lose("turns")
    held.send(" come.")
    held.end()
    await world.settled()
    assert world.shown == [f"Waves come.\n-# {NOT_STORED}"]


async def test_an_answer_whose_end_cannot_be_read_back_says_so(world: World, lose: Callable[[str], None]) -> None:
    held = await begun(world)
    lose("versions")
    held.send(" come.")
    held.end()
    await world.settled()
    assert world.shown == [f"Waves come.\n-# {NOT_STORED}"]


async def test_an_answer_that_was_stored_but_cannot_be_looked_up_lacks_only_its_buttons(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = PostService.add_version

    async def add_and_break(*args: Any) -> None:  # Any: passed on
        await add(*args)
        await rename(database, "posts", "away")

    monkeypatch.setattr(PostService, "add_version", add_and_break)
    world.answers("Waves come from wind.")
    await world.ask("why waves?")
    assert world.shown == [f"Waves come from wind.\n-# {NO_BUTTONS}"]
    assert await count(database, "turns") == 2


@pytest.mark.parametrize("action", ["regenerate", "try", "delete"])
async def test_a_button_that_needs_the_memory_says_that_it_is_off(
    world: World, lose: Callable[[str], None], action: str
) -> None:
    world.answers("Waves come from wind.")
    await world.ask("why waves?")
    lose("versions")
    await press(world, action)
    assert world.whispered(world.ann) == [TROUBLE]


@pytest.mark.parametrize(
    ("command", "table"), [("memory show", "turns"), ("memory undo", "turns"), ("persona show", "channel_preferences")]
)
async def test_a_command_that_needs_the_memory_says_that_it_is_off(
    world: World, lose: Callable[[str], None], command: str, table: str
) -> None:
    lose(table)
    await world.ann.slash(world.channel, command)
    assert [*world.whispered(world.ann), *world.said] == [TROUBLE]
    world.error(StoreError)


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
