"""Summaries of what no longer fits beside a question, one a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.tables import summaries, turns
from bot.store.turns import Turn

_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Summary:
    """What was said in a scope up to and including an exchange. turns: how many it tells of; created_at: aware."""

    scope: str
    upto_exchange_id: int
    text: str
    turns: int
    model: str
    created_at: datetime


_COLUMNS = tuple(summaries.c[field.name] for field in fields(Summary))


class Summaries:
    """The summaries, by their scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, scope: str) -> Summary | None:
        """Return the summary of a scope, or None."""
        async with self._database.reading() as connection:
            return await _find(connection, scope)

    async def keep(self, summary: Summary, covered: Sequence[Turn], earlier: Summary | None = None) -> bool:
        """Keep a summary in the place of the one before; False, and nothing kept, when it tells of what is gone.

        covered: the turns it was made of, as they were read; earlier: the summary it was made of, as it was read. Each
        must still be there and say the same, for people may have changed or forgotten something while it was written.
        """
        async with self._database.writing() as connection:
            if await _find(connection, summary.scope) != earlier or not await _still_say(connection, covered):
                return False
            await connection.execute(delete(summaries).where(summaries.c.scope == summary.scope))
            await connection.execute(insert(summaries).values(asdict(summary)))
        return True

    async def remove(self, scope: str) -> None:
        """Remove the summary of a scope, if it has one."""
        async with self._database.erasing() as connection:
            await connection.execute(delete(summaries).where(summaries.c.scope == scope))


async def _find(connection: Connection, scope: str) -> Summary | None:
    rows = await connection.fetch(select(*_COLUMNS).where(summaries.c.scope == scope))
    return Summary(*rows[0]) if rows else None


async def _still_say(connection: Connection, covered: Sequence[Turn]) -> bool:
    said = {turn.id: turn.text for turn in covered}
    ids = list(said)
    found: dict[int, str] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = turns.c.id.in_(ids[first : first + _AT_ONCE])
        found |= {row.id: row.text for row in await connection.fetch(select(turns.c.id, turns.c.text).where(some))}
    return found == said
