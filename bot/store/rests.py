"""Servers that are left alone for a while, as all processes know it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.store.order_tables import rests


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a server is left alone, and how many times in a row it asked for that."""

    until: datetime
    times: int


_REST = tuple(rests.c[field.name] for field in fields(Rest))


class Rests:
    """The rests, by the name of the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, server: str) -> Rest | None:
        """Return the rest of a server; it may be over. None if it works as it should."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(*_REST).where(rests.c.server == server))
        return Rest(*rows[0]) if rows else None

    async def all(self) -> dict[str, Rest]:
        """Return every rest by the name of its server."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(rests.c.server, *_REST))
        return {server: Rest(*facts) for server, *facts in rows}

    async def keep(self, server: str, rest: Rest) -> None:
        """Note a rest in the place of the one before."""
        async with self._database.writing() as connection:
            await connection.execute(delete(rests).where(rests.c.server == server))
            await connection.execute(insert(rests).values(server=server, until=rest.until, times=rest.times))

    async def end(self, server: str) -> None:
        """Note that a server works again."""
        async with self._database.writing() as connection:
            await connection.execute(delete(rests).where(rests.c.server == server))
