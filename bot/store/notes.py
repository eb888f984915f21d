"""Facts that the process keeps for its next start, such as the hash of the commands it has synced."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.store.tables import notes


class Notes:
    """A small dictionary of texts that outlives the process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """Return what was noted under a key, or None."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(notes.c.value).where(notes.c.key == key))
        return str(rows[0].value) if rows else None

    async def set(self, key: str, value: str) -> None:
        """Note a value, in the place of an earlier one."""
        async with self._database.writing() as connection:
            await connection.execute(delete(notes).where(notes.c.key == key))
            await connection.execute(insert(notes).values(key=key, value=value))
