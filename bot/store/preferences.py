"""What people chose for a channel or a server, and who changed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.tables import changes, channel_preferences, guild_preferences


@dataclass(frozen=True, slots=True)
class ChannelPreferences:
    """What is chosen for a channel; None where nobody chose. memory_mode: see `bot.services.scope`."""

    channel_id: int
    guild_id: int | None
    persona: str | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    style: str | None = None
    is_json: bool = False
    memory_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what, and to which value ("" when it was taken back). created_at: aware."""

    user_id: int
    user_name: str
    what: str
    value: str
    created_at: datetime


_CHANNEL = tuple(channel_preferences.c[field.name] for field in fields(ChannelPreferences))
_CHANGE = tuple(changes.c[field.name] for field in fields(Change))


class Preferences:
    """The preferences of every channel and server. Each change is noted in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def channel(self, channel_id: int) -> ChannelPreferences | None:
        """Return what is chosen for a channel, None if nobody ever chose anything."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(*_CHANNEL).where(channel_preferences.c.channel_id == channel_id))
        return ChannelPreferences(*rows[0]) if rows else None

    async def change_channel(
        self,
        channel_id: int,
        guild_id: int | None,
        changed: Callable[[ChannelPreferences], ChannelPreferences],
        change: Change,
    ) -> None:
        """Keep what becomes of what is chosen for a channel; nobody else changes it between the two.

        changed: is given what is chosen now, with nothing chosen where nobody ever did.
        """
        table = channel_preferences
        async with self._database.writing() as connection:
            rows = await connection.fetch(select(*_CHANNEL).where(table.c.channel_id == channel_id))
            chosen = ChannelPreferences(*rows[0]) if rows else ChannelPreferences(channel_id, guild_id)
            await connection.execute(delete(table).where(table.c.channel_id == channel_id))
            await connection.execute(insert(table).values(asdict(changed(chosen))))
            await _note(connection, channel_id, guild_id, change)

    async def set_memory_mode(self, channel_id: int, guild_id: int | None, mode: str, change: Change) -> None:
        """Keep which memory a channel uses, and leave the rest of its preferences alone."""
        table = channel_preferences
        async with self._database.writing() as connection:
            changed = update(table).where(table.c.channel_id == channel_id).values(memory_mode=mode)
            if not await connection.execute(changed):
                chosen = ChannelPreferences(channel_id, guild_id, memory_mode=mode)
                await connection.execute(insert(table).values(asdict(chosen)))
            await _note(connection, channel_id, guild_id, change)

    async def guild_memory_days(self, guild_id: int) -> int | None:
        """Return after how many days a server forgets, None for never."""
        table = guild_preferences
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(table.c.memory_days).where(table.c.guild_id == guild_id))
        return rows[0].memory_days if rows else None

    async def set_guild_memory_days(self, guild_id: int, days: int | None, channel_id: int, change: Change) -> None:
        """Keep after how many days a server forgets, None for never. channel_id: where it was changed."""
        table = guild_preferences
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.guild_id == guild_id))
            await connection.execute(insert(table).values(guild_id=guild_id, memory_days=days))
            await _note(connection, channel_id, guild_id, change)

    async def guilds_with_expiry(self) -> tuple[tuple[int, int], ...]:
        """Return the servers that forget, each with its number of days."""
        table = guild_preferences
        async with self._database.reading() as connection:
            rows = await connection.fetch(
                select(table.c.guild_id, table.c.memory_days).where(table.c.memory_days.is_not(None))
            )
        return tuple((guild_id, days) for guild_id, days in rows)

    async def changes(self, channel_id: int, limit: int) -> tuple[Change, ...]:
        """Return the last changes made in a channel, newest first, at most `limit`."""
        newest = (
            select(*_CHANGE)
            .where(changes.c.channel_id == channel_id)
            .order_by(changes.c.id.desc())
            .limit(max(limit, 0))
        )
        async with self._database.reading() as connection:
            return tuple(Change(*row) for row in await connection.fetch(newest))


async def _note(connection: Connection, channel_id: int, guild_id: int | None, change: Change) -> None:
    await connection.execute(insert(changes).values(channel_id=channel_id, guild_id=guild_id, **asdict(change)))
