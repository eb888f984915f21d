"""Opening and closing the database, and what is said when it cannot be opened."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import StoreError
from bot.store import sqlite
from bot.store.database import Database
from bot.store.memory import Memory, Span
from tests.store.conftest import address, only_sqlite, turn
from tests.store.interrupted import Interrupted, run

DIARY = b"Dear diary, " * 100

not_for_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


async def test_fresh_file_and_its_folder_are_made(tmp_path: Path) -> None:
    file = tmp_path / "some" / "where" / "memory.db"
    database = await Database.open(address(file))
    await database.close()
    assert file.read_bytes().startswith(b"SQLite format 3")


async def test_relative_address_is_taken_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await (await Database.open("sqlite:///data/grokcord.db")).close()
    assert (tmp_path / "data" / "grokcord.db").exists()


async def test_odd_characters_in_a_path_are_part_of_the_path(tmp_path: Path) -> None:
    file = tmp_path / "spaces, ü, 100% and #" / "x.db"
    await open_and_close(address(file))
    assert names_in(tmp_path) == ["spaces, ü, 100% and #"]


async def test_what_was_stored_is_there_after_closing_and_reopening(url: str) -> None:
    first = await Database.open(url)
    await Memory(first).remember("channel/1", turn("hello"), turn("world"))
    await first.close()
    second = await Database.open(url)
    texts = [kept.text for kept in await Memory(second).newest(Span("channel/1"), 10)]
    await second.close()
    assert texts == ["hello", "world"]


@only_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_writing_connection_is_set_up(database: Database, pragma: str, value: object) -> None:
    async with database.writing() as connection:
        [[found]] = await connection.fetch(text(f"PRAGMA {pragma}"))
    assert found == value


async def test_closing_leaves_one_file_and_no_thread(file: Path) -> None:
    before = threads()
    database = await Database.open(address(file))
    await Memory(database).remember("channel/1", turn("q"), turn("a"))
    await Memory(database).newest(Span("channel/1"), 1)
    await database.close()
    assert_ended(threads() - before)
    assert names_in(file.parent) == [file.name]


async def test_closing_twice_is_harmless(url: str) -> None:
    database = await Database.open(url)
    await database.close()
    await database.close()


async def test_closed_database_refuses_work(url: str) -> None:
    database = await Database.open(url)
    await database.close()
    with pytest.raises(StoreError, match="closed"):
        await Memory(database).newest(Span("channel/1"), 1)
    with pytest.raises(StoreError, match="closed"):
        await Memory(database).remember("channel/1", turn("q"), turn("a"))


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://bot:secret@db", "names no database on that server"),
        ("postgresql://bot:secret@db/", "names no database on that server"),
        ("postgresql+asyncpg://bot:secret@db/grok", "does not know"),
        ("mysql://bot:secret@db/grok", "does not know"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://", "names no file"),
        ("sqlite://data/grokcord.db", "three slashes"),
        ("sqlite:///data/grokcord.db?mode=ro", "no options"),
        ("data/grokcord.db", "not a database address"),
        ("postgresql://bot:secret@db:port/grok", "not a database address"),
        ("", "not a database address"),
    ],
)
async def test_senseless_address_is_refused_without_repeating_it(url: str, hint: str) -> None:
    with pytest.raises(StoreError, match=hint) as refused:
        await Database.open(url)
    assert "secret" not in str(refused.value)
    assert str(refused.value).startswith("DATABASE_URL ")


async def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StoreError, match=r"the folder .*taken cannot be created: File exists"):
        await Database.open(address(tmp_path / "taken" / "memory.db"))


async def test_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: it must be a file"):
        await Database.open(address(tmp_path))


@not_for_root
async def test_folder_that_is_read_only_is_named(tmp_path: Path) -> None:
    allow(tmp_path, 0o500)
    with pytest.raises(StoreError, match="cannot be opened: it must be a file, in a folder that this user may write"):
        await Database.open(address(tmp_path / "memory.db"))


async def test_file_that_is_read_only_is_named(file: Path) -> None:
    await open_and_close(address(file))
    overwrite(file, 18, b"\3")  # "file format write version" of the future: read-only even for root
    with pytest.raises(StoreError, match=r"memory\.db cannot be written"):
        await Database.open(address(file))


async def test_file_that_is_no_database_is_named_and_left_alone(file: Path) -> None:
    overwrite(file, 0, DIARY)
    with pytest.raises(StoreError, match=r"memory\.db is not a SQLite database"):
        await Database.open(address(file))
    assert content(file) == DIARY


async def test_damaged_file_is_named(file: Path) -> None:
    await open_and_close(address(file))
    overwrite(file, 100, b"\xff" * 3996)  # the first page, after its header
    with pytest.raises(StoreError, match=r"memory\.db is damaged"):
        await Database.open(address(file))


async def test_database_of_another_program_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match=r"memory\.db belongs to another program"):
        await Database.open(address(file))
    assert table_names(file) == {"recipes"}


async def test_file_held_by_another_program_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_and_close(address(file))
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"memory\.db is in use by another program"):
        await Database.open(address(file))
    other.close()


async def test_failed_opening_leaves_no_thread(file: Path) -> None:
    overwrite(file, 0, DIARY)
    before = threads()
    with pytest.raises(StoreError):
        await Database.open(address(file))
    assert_ended(threads() - before)


async def test_opening_may_be_cancelled_at_any_moment(url: str) -> None:
    before = threads()
    whole = Interrupted(open_and_close(url), set())
    await run(whole)
    for moment in range(1, whole.suspensions + 1):
        await run(Interrupted(open_and_close(url), {moment}))
    await open_and_close(url)
    assert_ended(threads() - before)


@pytest.mark.parametrize("start", ["fresh", "current"])
def test_neither_alembic_nor_the_orm_is_loaded_without_need(file: Path, start: str) -> None:
    code = (
        "import asyncio, sys; from bot.store.database import Database\n"
        f"async def main(): await (await Database.open({address(file)!r})).close()\n"
        "asyncio.run(main()); print([name for name in ('alembic', 'sqlalchemy.orm', 'mako') if name in sys.modules])"
    )
    runs = 1 if start == "fresh" else 2
    output = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(runs)]
    assert output[-1].stdout.decode().strip() == "[]"


async def test_file_can_be_copied_while_it_is_closed(file: Path, tmp_path: Path) -> None:
    database = await Database.open(address(file))
    await Memory(database).remember("channel/1", turn("q"), turn("a"))
    await database.close()
    copy = tmp_path / "backup.db"
    shutil.copyfile(file, copy)
    restored = await Database.open(address(copy))
    assert (await Memory(restored).count(Span("channel/1"))).turns == 2
    await restored.close()


async def open_and_close(url: str) -> None:
    await (await Database.open(url)).close()


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def assert_ended(stopping: set[threading.Thread]) -> None:
    for thread in stopping:
        thread.join(timeout=10)
        assert not thread.is_alive()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def allow(path: Path, mode: int) -> None:
    path.chmod(mode)


def content(file: Path) -> bytes:
    return file.read_bytes()


def overwrite(file: Path, start: int, new: bytes) -> None:
    old = content(file) if file.exists() else b""
    file.write_bytes(old[:start] + new + old[start + len(new) :])


def table_names(file: Path) -> set[str]:
    connection = sqlite3.connect(file)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return names
