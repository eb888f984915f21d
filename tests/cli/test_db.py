"""`grokcord db` on real databases, also while somebody writes to them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store.migrations import HEAD
from tests.cli.programs import Ended, run
from tests.e2e.processes import ROOT
from tests.postgres import needs_postgres
from tests.store.schemas import RELEASED

ROWS = 3000  # more than the copy can take in one step


def db(folder: Path, *arguments: str, url: str = "sqlite:///bot.db") -> Ended:
    return run("db", *arguments, folder=folder, environment={"DATABASE_URL": url})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database that holds some of each kind."""
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        connection.executescript(RELEASED["0003"])
    return tmp_path


@contextmanager
def writer(file: Path) -> Iterator[None]:
    """Have somebody write pairs of rows all the time; each pair is one transaction."""
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("CREATE TABLE pairs (id INTEGER PRIMARY KEY, half TEXT, filling BLOB)")
            while not stop.is_set():
                with connection:
                    for half in ("left", "right"):
                        connection.execute("INSERT INTO pairs (half, filling) VALUES (?, randomblob(4000))", (half,))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_copy_is_whole_while_somebody_writes(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE filling (data BLOB)")
        connection.executemany("INSERT INTO filling VALUES (randomblob(4000))", [()] * ROWS)
        connection.commit()
    with writer(folder / "bot.db"):
        copies = [db(folder, "backup", f"copy-{number}.db") for number in range(3)]
    assert [ended.code for ended in copies] == [0, 0, 0], [ended.err for ended in copies]
    for number in range(3):
        copy = folder / f"copy-{number}.db"
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            halves = dict(connection.execute("SELECT half, count(*) FROM pairs GROUP BY half").fetchall())
        assert halves.get("left") == halves.get("right")
    assert sorted(each.name for each in folder.glob("*copy*")) == [f"copy-{number}.db" for number in range(3)]


@pytest.mark.parametrize("name", ["bot.db", "./link.db", "bot.db-wal"])
def test_a_copy_never_replaces_the_database_itself(folder: Path, name: str) -> None:
    (folder / "link.db").symlink_to(folder / "bot.db")
    before = (folder / "bot.db").stat().st_ino
    refused = db(folder, "backup", name, "--force")
    assert (refused.code, "the database itself" in refused.err) == (1, True)
    assert (folder / "bot.db").stat().st_ino == before
    assert (folder / "link.db").is_symlink()


def test_a_full_stdout_is_one_sentence_and_exit_code_1(folder: Path) -> None:
    command = [sys.executable, "-m", "bot", "db", "check", "--output", "json"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": "sqlite:///bot.db"}
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(command, cwd=folder, env=variables, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr.decode()) == (1, "grokcord: No space left on device\n")


def test_a_copy_writes_over_nothing_unless_told_to(folder: Path) -> None:
    (folder / "copy.db").write_text("precious", encoding="utf-8")
    refused = db(folder, "backup", "copy.db")
    assert (refused.code, (folder / "copy.db").read_text(encoding="utf-8")) == (1, "precious")
    assert "--force" in refused.err
    assert db(folder, "backup", "copy.db", "--force").code == 0
    assert db(folder, "check", url="sqlite:///copy.db").code == 0


@pytest.mark.parametrize("command", [("backup", "copy.db"), ("check",), ("export",)])
def test_a_database_that_is_not_there_is_told(command: tuple[str, ...], tmp_path: Path) -> None:
    ended = db(tmp_path, *command)
    assert ended.code == 1
    assert "there is no database" in ended.out + ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("backup", "copy.db"), ("check",), ("upgrade",), ("export",)])
def test_a_file_that_is_no_database_is_told(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"a letter to somebody " * 100)
    ended = db(tmp_path, *command)
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
    assert "not a database" in ended.err


def test_a_damaged_database_is_found(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM exchanges")
        connection.commit()
    ended = db(folder, "check")
    assert ended.code == 1
    assert "rows belong to nothing" in ended.out


@pytest.mark.parametrize("revision", sorted(set(RELEASED) - {HEAD}))
def test_an_old_schema_is_told_and_upgraded_with_a_copy_kept(revision: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        connection.executescript(RELEASED[revision])
    checked = db(tmp_path, "check")
    assert (checked.code, f"its schema is {revision}, older than" in checked.out) == (1, True)
    told = db(tmp_path, "upgrade", "--output", "json").document
    assert (told["from"], told["to"]) == (revision, HEAD)
    with closing(sqlite3.connect(str(told["backup"]))) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]
    assert db(tmp_path, "check").out == f"ok: whole, schema {HEAD}\n"
    assert db(tmp_path, "upgrade").out == f"already at {HEAD}\n"


def test_a_newer_schema_is_left_alone(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "newer than" in db(folder, "check").out
    assert db(folder, "upgrade").code == 1
    assert [file.name for file in folder.iterdir() if "9999" in file.name] == []  # nothing was copied either


def test_all_that_is_remembered_is_exported_and_no_secret(folder: Path) -> None:
    ended = db(folder, "export")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    turns = [row for row in rows if row["table"] == "turns"]
    assert [(row["role"], row["text"], row["author_name"]) for row in turns] == [
        ("user", "why?", "Ann"),
        ("assistant", "because", "Grok"),
    ]
    assert {row["table"] for row in rows} >= {"exchanges", "turns", "summaries", "branches", "versions", "pictures"}
    assert "secret" not in ended.out  # the token of an order


def test_an_export_goes_to_a_file_that_only_its_owner_reads(folder: Path) -> None:
    assert db(folder, "export", "all.jsonl").code == 0
    file = folder / "all.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(db(folder, "export").out.splitlines())
    assert "--force" in db(folder, "export", "all.jsonl").err


def test_a_long_memory_is_exported_whole(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        copied = "INSERT INTO summaries SELECT ?, 1, text, 1, model, created_at FROM summaries LIMIT 1"
        connection.executemany(copied, [(f"s{number}",) for number in range(1000)])
        connection.commit()
    rows = [json.loads(line) for line in db(folder, "export").out.splitlines()]
    assert len({row["scope"] for row in rows if row["table"] == "summaries"}) == 1001


@needs_postgres
def test_postgresql_is_checked_and_exported(postgres_url: str, tmp_path: Path) -> None:
    assert "not there yet" in db(tmp_path, "check", url=postgres_url).out
    assert db(tmp_path, "upgrade", url=postgres_url).out == f"from nothing to {HEAD}\n"
    assert db(tmp_path, "check", url=postgres_url).out == f"ok: whole, schema {HEAD}\n"
    assert db(tmp_path, "export", url=postgres_url).code == 0


@needs_postgres
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not on the PATH")
def test_postgresql_is_copied_by_its_own_program(postgres_url: str, tmp_path: Path) -> None:
    ended = db(tmp_path, "backup", "copy.dump", url=postgres_url)
    assert ended.code == 0, ended.err
    assert (tmp_path / "copy.dump").read_bytes().startswith(b"PGDMP")


def test_a_server_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    ended = db(tmp_path, "check", url="postgresql://me:hidden@127.0.0.1:9/bot")
    assert ended.code == 75
    assert "hidden" not in ended.err


def test_an_export_that_fails_leaves_what_was_there(folder: Path) -> None:
    (folder / "all.jsonl").write_text("of last week", encoding="utf-8")
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        connection.execute("DROP TABLE changes")  # the last that is written
        connection.commit()
    assert db(folder, "export", "all.jsonl", "--force").code == 1
    assert (folder / "all.jsonl").read_text(encoding="utf-8") == "of last week"
    assert sorted(file.name for file in folder.iterdir() if ".part" in file.name) == []


def test_rows_and_a_document_do_not_share_stdout(folder: Path) -> None:
    ended = db(folder, "export", "--output", "json")
    assert (ended.code, list(ended.document)) == (2, ["error"])
    told = db(folder, "export", "all.jsonl", "--output", "json").document
    assert (told["file"], told["rows"]) == ("all.jsonl", len(db(folder, "export").out.splitlines()))
