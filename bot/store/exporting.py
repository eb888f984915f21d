"""All that is remembered, row by row, for whoever moves away or wants to look."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import Table, select, tuple_

from bot.store.database import Database
from bot.store.order_tables import person_preferences
from bot.store.tables import (
    branches,
    changes,
    channel_preferences,
    exchanges,
    guild_preferences,
    pictures,
    post_messages,
    posts,
    summaries,
    turns,
    versions,
)

PAGE = 200
# Orders are left out: they hold tokens of Discord's, and are nothing that is remembered.
TABLES: tuple[Table, ...] = (
    exchanges,
    turns,
    summaries,
    branches,
    posts,
    post_messages,
    versions,
    pictures,
    channel_preferences,
    guild_preferences,
    person_preferences,
    changes,
)


async def rows_of_all(database: Database) -> AsyncIterator[dict[str, object]]:
    """Yield every row as what JSON can hold, its table's name under "table"; each page as it stands then."""
    for table in TABLES:
        async for row in _rows(database, table):
            yield row


async def _rows(database: Database, table: Table) -> AsyncIterator[dict[str, object]]:
    key = list(table.primary_key.columns)
    page = select(table).order_by(*key).limit(PAGE)
    after: tuple[object, ...] | None = None
    while True:
        statement = page if after is None else page.where(tuple_(*key) > tuple_(*after))
        async with database.reading() as connection:
            rows = await connection.fetch(statement)
        for row in rows:
            yield {"table": str(table.name), **{str(name): _plain(value) for name, value in row._mapping.items()}}
        if len(rows) < PAGE:
            return
        after = tuple(rows[-1]._mapping[column.name] for column in key)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
