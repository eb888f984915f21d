"""Databases of every age come to the schema of today, with what was in them.

The schemas 0001 and 0002 were only ever released for SQLite; test_postgres.py has what a PostgreSQL database begins as.
"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from bot.errors import StoreError
from bot.store import schema
from bot.store.database import Database
from bot.store.memory import Memory, MemoryCount, Span, Turn
from bot.store.migrations import HEAD
from bot.store.migrations.upgrade import migrations, upgrade
from bot.store.notes import Notes
from bot.store.posts import Posts, Version
from tests.store.conftest import NOON, address, turn
from tests.store.schemas import RELEASED

Shape = dict[str, object]

FORGOTTEN = 1_400_000_000_000_000_000  # a message of summer 2025
# A second message of the answer that is there, and two whose exchange is gone.
MORE_ANSWERS = """
    INSERT INTO answers VALUES (113, 1, 'channel/1', 7, 11);
    INSERT INTO answers VALUES (1400000000000000000, 1, 'channel/1', NULL, 11);
    INSERT INTO answers VALUES (1400000000000000001, 1, 'channel/1', NULL, 12);
"""


def test_head_is_the_newest_migration() -> None:
    assert migrations().get_heads() == [HEAD]


def test_every_released_schema_is_kept_for_these_tests() -> None:
    assert set(RELEASED) == {script.revision for script in migrations().walk_revisions()}


def test_migrations_only_go_forward() -> None:
    assert [script.revision for script in migrations().walk_revisions() if hasattr(script.module, "downgrade")] == []


async def test_migrations_from_nothing_lead_to_the_tables_of_a_fresh_file(tmp_path: Path) -> None:
    await (await Database.open(address(tmp_path / "fresh.db"))).close()
    engine = create_engine(address(tmp_path / "migrated.db"))
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "fresh.db")


@pytest.mark.parametrize("version", RELEASED)
async def test_released_schema_becomes_that_of_a_fresh_file(file: Path, tmp_path: Path, version: str) -> None:
    lay_down(file, RELEASED[version])
    await (await Database.open(address(file))).close()
    await (await Database.open(address(tmp_path / "fresh.db"))).close()
    assert shape(file) == shape(tmp_path / "fresh.db")


@pytest.mark.parametrize("version", RELEASED)
async def test_upgrade_keeps_what_was_stored(file: Path, version: str) -> None:
    lay_down(file, RELEASED[version])
    database = await Database.open(address(file))
    memory = Memory(database)
    kept = await memory.newest(Span("channel/1"), 10)
    assert kept[0] == Turn(13, 7, "user", "why?", 11, "Ann", "grok-3", NOON, 111, 1, pinned=version != "0001")
    assert [turn.text for turn in kept] == ["why?", "because"]
    assert await Notes(database).get("commands") == "abc"
    assert await memory.remember("channel/1", turn("new"), turn("newer")) > 7
    assert await memory.forget("channel/1", author_id=11) == 2
    assert (await memory.count(Span("channel/1"))).turns == 2
    await database.close()


@pytest.mark.parametrize("version", RELEASED)
async def test_upgrade_makes_one_post_of_the_messages_of_an_answer(file: Path, version: str) -> None:
    lay_down(file, RELEASED[version])
    lay_down(file, MORE_ANSWERS if version == "0001" else "")
    database = await Database.open(address(file))
    posts = Posts(database)
    post_id = await posts.by_message(112) or 0
    post = await posts.find(post_id)
    assert post is not None
    assert (post.scope, post.channel_id, post.asker_id, post.asker_name) == ("channel/1", 1, 11, "Ann")
    assert (post.prompt, post.message_id, post.exchange_id, post.created_at) == ("why?", 111, 7, NOON)
    [answer] = await posts.versions(post_id)
    assert answer == Version(1, "because", "", 0.0, (), "grok-3", "stop", {}, NOON + timedelta(seconds=5))
    assert await posts.message_ids(post_id) == ((112, 113) if version == "0001" else (112,))
    await database.close()


async def test_upgrade_keeps_answers_whose_exchange_was_forgotten_apart(file: Path) -> None:
    lay_down(file, RELEASED["0001"])
    lay_down(file, MORE_ANSWERS)
    database = await Database.open(address(file))
    posts = Posts(database)
    lonely = [await posts.find(await posts.by_message(message_id) or 0) for message_id in (FORGOTTEN, FORGOTTEN + 1)]
    await database.close()
    assert [(post.exchange_id, post.version, post.asker_id, post.prompt) for post in lonely if post is not None] == [
        (None, 0, 11, ""),
        (None, 0, 12, ""),
    ]
    assert all(post is not None and post.created_at.year == 2025 for post in lonely)


async def test_upgrade_lets_old_exchanges_expire_by_the_time_they_were_asked(file: Path) -> None:
    lay_down(file, RELEASED["0001"])
    database = await Database.open(address(file))
    memory = Memory(database)
    await memory.remember("channel/1", turn("new"), turn("newer"), guild_id=3)
    assert await memory.expire(3, NOON) == 0
    assert await memory.expire(3, NOON + timedelta(milliseconds=1)) == 4
    await database.close()


async def test_database_without_a_version_row_is_upgraded_from_the_beginning(file: Path) -> None:
    lay_down(file, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    database = await Database.open(address(file))
    assert await Memory(database).count(Span("channel/1")) == MemoryCount(0, 0, None)
    await database.close()


async def test_schema_of_a_newer_version_is_refused_and_left_alone(file: Path) -> None:
    lay_down(file, RELEASED[HEAD])
    lay_down(file, "UPDATE alembic_version SET version_num = '9001'")
    before = shape(file)
    with pytest.raises(StoreError, match=r"memory\.db was written by a newer version of the bot \(schema 9001, this"):
        await Database.open(address(file))
    assert shape(file) == before


async def test_failed_upgrade_leaves_the_file_as_it_was(file: Path) -> None:
    # The second table of the first migration is there already, so that it fails half-way.
    lay_down(file, "CREATE TABLE alembic_version (version_num VARCHAR(32)); CREATE TABLE turns (id INTEGER)")
    before = shape(file)
    with pytest.raises(StoreError, match="table turns already exists"):
        await Database.open(address(file))
    assert shape(file) == before


async def test_upgrade_that_breaks_references_is_undone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_down(file, RELEASED["0001"])
    before = shape(file)

    def careless(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE extra (id INTEGER)")
        connection.exec_driver_sql("DELETE FROM exchanges")

    monkeypatch.setattr(schema, "HEAD", "9001")
    monkeypatch.setattr("bot.store.migrations.upgrade.upgrade", careless)
    with pytest.raises(StoreError, match="3 rows refer to rows that are gone"):
        await Database.open(address(file))
    assert shape(file) == before


async def test_two_programs_starting_on_one_fresh_database_both_succeed(url: str) -> None:
    first, second = await asyncio.gather(Database.open(url), Database.open(url))
    await Memory(first).remember("channel/1", turn("q"), turn("a"))
    assert (await Memory(second).count(Span("channel/1"))).turns == 2
    await first.close()
    await second.close()


def lay_down(file: Path, script: str) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()


def shape(file: Path) -> Shape:
    """Return what the tables are, however their definitions are worded: a migrated one is worded differently."""
    connection = sqlite3.connect(file)
    found: Shape = {"version": connection.execute("SELECT version_num FROM alembic_version").fetchall()}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
        indexes = connection.execute(
            'SELECT list.name, list."unique", info.name FROM pragma_index_list(?) AS list,'
            " pragma_index_info(list.name) AS info ORDER BY list.name, info.seqno",
            (name,),
        )
        columns = connection.execute(
            'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) ORDER BY name', (name,)
        )
        keys = connection.execute(
            'SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY 1, 2', (name,)
        )
        found[name] = (columns.fetchall(), indexes.fetchall(), keys.fetchall(), "AUTOINCREMENT" in str(sql))
    connection.close()
    return found
