"""`python -m sandbox.postgres` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from sandbox.postgres.programs import find_programs
from tests.postgres import needs_postgres

PATIENCE_S = 60

pytestmark = needs_postgres


@asynccontextmanager
async def started(*arguments: str, temporary: Path | None = None) -> AsyncIterator[tuple[Process, dict[str, object]]]:
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    command = [sys.executable, "-m", "sandbox.postgres", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=environment)
    try:
        assert process.stdout
        async with asyncio.timeout(PATIENCE_S):
            yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def ask(url: object, statement: str) -> object:
    with psycopg.connect(str(url), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


async def test_it_says_where_it_is_and_answers_there() -> None:
    async with started() as (process, ready):
        assert set(ready) == {"url", "pid"}
        assert ready["pid"] == process.pid
        assert urlsplit(str(ready["url"])).hostname == "127.0.0.1"
        assert ask(ready["url"], "SELECT 6 * 7") == 42


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_at_once_and_leaves_nothing(number: signal.Signals, postgres_folder: Path) -> None:
    os.chmod(postgres_folder, 0o711)  # noqa: S103 - PostgreSQL's own user passes through it
    async with started(temporary=postgres_folder) as (process, ready):
        assert len(os.listdir(postgres_folder)) == 1
        with psycopg.connect(str(ready["url"])):  # somebody who stays does not hold it up
            process.send_signal(number)
            rest, log = await process.communicate()
        assert process.returncode == 0
        assert rest == b""
        assert b"Traceback" not in log
        with pytest.raises(psycopg.OperationalError):
            ask(ready["url"], "SELECT 1")
    assert os.listdir(postgres_folder) == []


async def test_a_folder_of_ones_own_comes_back_with_data_and_address(postgres_folder: Path) -> None:
    async with started("--folder", str(postgres_folder)) as (_, first):
        ask(first["url"], "CREATE TABLE kept AS SELECT 'still here' AS word")
    port = str(urlsplit(str(first["url"])).port)
    async with started("--folder", str(postgres_folder), "--port", port) as (_, second):
        assert second["url"] == first["url"]
        assert ask(second["url"], "SELECT word FROM kept") == "still here"


async def test_nobody_enters_without_the_password() -> None:
    async with started() as (_, ready):
        url = str(ready["url"])
        with pytest.raises(psycopg.OperationalError):
            ask(url.replace(str(urlsplit(url).password), "guessed"), "SELECT 1")


async def test_a_port_that_is_taken_ends_it_with_one_line() -> None:
    async with started() as (_, ready):
        port = str(urlsplit(str(ready["url"])).port)
        command = [sys.executable, "-m", "sandbox.postgres", "--port", port]
        second = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        said, log = await second.communicate()
    assert second.returncode == 1
    assert said == b""
    assert b"ended at once" in log
    assert b"Traceback" not in log


async def test_it_ends_when_its_server_was_killed(postgres_folder: Path) -> None:
    async with started("--folder", str(postgres_folder)) as (process, _):
        server = int((postgres_folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        os.kill(server, signal.SIGKILL)
        await process.communicate()
        assert process.returncode == 1


def test_debians_programs_are_found_when_path_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    for version in ("9.6", "15", "16"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for name in ("initdb", "postgres"):
            (folder / name).touch(mode=0o755)
    (tmp_path / "17" / "bin").mkdir(parents=True)  # only the client's programs
    assert find_programs(tmp_path) == tmp_path / "16" / "bin"
    assert find_programs(tmp_path / "nowhere") is None
