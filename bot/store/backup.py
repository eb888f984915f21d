"""A copy of the whole database while a bot writes to it: SQLite's own way, or PostgreSQL's program."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from bot.errors import StoreError
from bot.store.address import read_address
from bot.store.beside import written_beside

_BUSY_S = 30.0
_DUMP = "pg_dump"


async def back_up(url: str, target: Path, *, replace: bool = False) -> None:
    """Write a copy that can be opened as it is (SQLite) or restored by pg_restore (PostgreSQL), readable by its owner.

    `target` is either whole or as before. Raises StoreError.
    """
    place = read_address(url)
    try:
        with written_beside(target, replace=replace) as part:
            if isinstance(place, Path):
                if await asyncio.to_thread(_is_of, place, target):
                    raise StoreError(f"{target} belongs to the database itself; name another file")
                await asyncio.to_thread(_copy, place, part)
            else:
                await _dump(place, part)
    except OSError as failed:
        raise StoreError(f"{target} cannot be written: {failed.strerror}") from failed


def _is_of(database: Path, target: Path) -> bool:
    """Tell whether a file is the database or one of those that SQLite keeps beside it."""
    own = database.resolve()
    return target.resolve() in {own, *(own.with_name(f"{own.name}{end}") for end in ("-wal", "-shm", "-journal"))}


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise StoreError(f"there is no database at {source}")
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            # In one step: in WAL mode writers go on meanwhile, and each of their writes would begin a slower copy anew.
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            [(verdict,)] = writing.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.Error as fault:
        raise StoreError(f"{source.name} could not be copied: {fault}") from fault
    if verdict != "ok":
        raise StoreError(f"{source.name} is damaged, so its copy is of no use: {verdict}")


async def _dump(address: URL, target: Path) -> None:
    program = shutil.which(_DUMP)
    if program is None:
        raise StoreError(f"{_DUMP} is not installed; it comes with PostgreSQL's client programs")
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    process = await asyncio.create_subprocess_exec(
        program, "--format=custom", "--no-password", f"--file={target}", f"--dbname={plain}",
        env=environment, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        reason = said.decode(errors="replace").strip().splitlines()
        raise StoreError(f"{_DUMP} failed: {reason[0][:200] if reason else process.returncode}")
