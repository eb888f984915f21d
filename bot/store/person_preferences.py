"""What a person chose for themselves, wherever they meet the bot."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.store.order_tables import person_preferences


class PersonPreferences:
    """The preferences of people, by their id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_pinged(self, user_id: int) -> bool:
        """Whether somebody wants to be pinged when an order is done; most do, because edits notify nobody."""
        chosen = select(person_preferences.c.is_pinged).where(person_preferences.c.user_id == user_id)
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return bool(rows[0].is_pinged) if rows else True

    async def set_pinged(self, user_id: int, is_pinged: bool) -> None:
        """Keep whether somebody wants to be pinged."""
        table = person_preferences
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.user_id == user_id))
            await connection.execute(insert(table).values(user_id=user_id, is_pinged=is_pinged))
