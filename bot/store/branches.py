"""Where the memory of a thread branched off from that of its channel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.store.tables import branches, summaries


@dataclass(frozen=True, slots=True)
class Branch:
    """A scope that begins with what its parent remembered up to and including an exchange."""

    scope: str
    parent: str
    upto_exchange_id: int


_COLUMNS = tuple(branches.c[field.name] for field in fields(Branch))


class Branches:
    """The branches, by their scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, scope: str) -> Branch | None:
        """Return where a scope branched off, or None if nobody noted that."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(*_COLUMNS).where(branches.c.scope == scope))
        return Branch(*rows[0]) if rows else None

    async def keep(self, branch: Branch) -> None:
        """Note where a scope branched off, in the place of what was noted; its summary told of the former."""
        async with self._database.erasing() as connection:
            await connection.execute(delete(summaries).where(summaries.c.scope == branch.scope))
            await connection.execute(delete(branches).where(branches.c.scope == branch.scope))
            await connection.execute(insert(branches).values(asdict(branch)))
