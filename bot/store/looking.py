"""Look at a database as it is, and change nothing: is it there, can it be written, how old is its schema."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StoreError
from bot.store.address import read_address
from bot.store.own_connection import OwnConnection

_BUSY_S = 5.0
_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Stand:
    """How a database stands. revision: of its schema; "" where there are no tables yet. is_there: a file may not be."""

    is_there: bool
    revision: str = ""


async def look(url: str) -> Stand:
    """Look. Raises StoreError, in one sentence, for what cannot be reached, read or written, and StoreAway."""
    place = read_address(url)
    if isinstance(place, Path):
        return await asyncio.to_thread(_look_at_file, place)
    connection = await OwnConnection.open(url, "grokcord looking")
    try:
        [(table,)] = await connection.fetch("SELECT to_regclass('alembic_version')::text")
        if table is None:
            return Stand(is_there=True)
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
    finally:
        await connection.close()
    return Stand(is_there=True, revision=str(rows[0][0]) if rows else "")


def _look_at_file(path: Path) -> Stand:
    try:
        if not path.exists():
            return Stand(is_there=False)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_BUSY_S)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")  # whether it can be written; taken back unused
            connection.execute("ROLLBACK")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
                return Stand(is_there=True)
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as fault:
        raise StoreError(f"{path.name}: {fault}") from fault
    except OSError as refused:  # a name too long, a folder that may not be looked into
        raise StoreError(f"{path.name[:_NAME_CHARS]}: {refused.strerror}") from refused
    return Stand(is_there=True, revision=str(rows[0][0]) if rows else "")
