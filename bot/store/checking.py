"""Whether a database is whole, and of which schema."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.address import read_address
from bot.store.looking import Stand, look
from bot.store.migrations import HEAD

MOST_TOLD = 5


async def check(url: str) -> tuple[Stand, list[str]]:
    """Return how a database stands, and what is wrong with it, a sentence each. Raises StoreError."""
    stand = await look(url)
    place = read_address(url)
    if not stand.is_there:
        return stand, [f"there is no database at {place}"]
    faults = await asyncio.to_thread(_faults, place) if isinstance(place, Path) else []
    if stand.revision and stand.revision != HEAD:
        age = "newer" if stand.revision > HEAD else "older"
        faults.append(f"its schema is {stand.revision}, {age} than this program's {HEAD}")
    return stand, faults


def _faults(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            torn = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST_TOLD})")]
            lost = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as fault:
        raise StoreError(f"{path.name}: {fault}") from fault
    faults = [] if torn == ["ok"] else [f"it is damaged: {each}" for each in torn]
    if lost:
        faults.append(f"{len(lost)} rows belong to nothing, the first in {lost[0][0]}")
    return faults
