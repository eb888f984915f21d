"""What a scope remembers: exchanges, each a question and its answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select

from bot.store.database import Database
from bot.store.tables import exchanges, turns

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn that is not stored yet; its role follows from its place in the exchange.

    model: the model that was asked or that answered. created_at: aware. message_id: None if no message shows it.
    """

    text: str
    author_id: int
    author_name: str
    model: str
    created_at: datetime
    message_id: int | None
    channel_id: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A stored turn. Ids grow with time and never come back; `created_at` is in UTC."""

    id: int
    exchange_id: int
    role: Role
    text: str
    author_id: int
    author_name: str
    model: str
    created_at: datetime
    message_id: int | None
    channel_id: int


@dataclass(frozen=True, slots=True)
class MemoryCount:
    """How much a scope remembers. oldest: when its oldest turn was made, None if there is none."""

    turns: int
    characters: int
    oldest: datetime | None


_ADD_EXCHANGE = insert(exchanges).returning(exchanges.c.id)
_NEWEST = (
    select(*(turns.c[field.name] for field in fields(Turn)))
    .where(turns.c.scope == bindparam("scope"))
    .order_by(turns.c.id.desc())
    .limit(bindparam("limit"))
)
_COUNT = select(
    func.count(), func.coalesce(func.sum(func.length(turns.c.text)), 0), func.min(turns.c.created_at)
).where(turns.c.scope == bindparam("scope"))


class Memory:
    """The turns of every scope.

    A scope is an opaque key that the services choose, such as `channel/123`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, scope: str, question: NewTurn, answer: NewTurn) -> int:
        """Store an exchange, whole or not at all, and return its id; the question's author is who asked."""
        async with self._database.writing() as connection:
            [[exchange_id]] = await connection.fetch(_ADD_EXCHANGE, {"scope": scope, "asker_id": question.author_id})
            shared = {"exchange_id": exchange_id, "scope": scope}
            await connection.execute(
                insert(turns),
                [
                    {**shared, "role": "user", **asdict(question)},
                    {**shared, "role": "assistant", **asdict(answer)},
                ],
            )
        return int(exchange_id)

    async def newest(self, scope: str, limit: int) -> tuple[Turn, ...]:
        """Return the newest turns, oldest of them first, at most `limit`; an exchange may be cut at its front."""
        # SQLite takes a negative LIMIT for none at all.
        async with self._database.reading() as connection:
            rows = await connection.fetch(_NEWEST, {"scope": scope, "limit": max(limit, 0)})
        return tuple(Turn(*row) for row in reversed(rows))

    async def forget(self, scope: str, *, author_id: int | None = None) -> int:
        """Remove the exchanges of a scope and return how many turns went.

        author_id: only those which this person asked, with their answers.
        """
        chosen: list[ColumnElement[bool]] = [exchanges.c.scope == scope]
        if author_id is not None:
            chosen.append(exchanges.c.asker_id == author_id)
        theirs = turns.c.exchange_id.in_(select(exchanges.c.id).where(*chosen))
        async with self._database.writing() as connection:
            removed = await connection.execute(delete(turns).where(theirs))
            await connection.execute(delete(exchanges).where(*chosen))
        return removed

    async def count(self, scope: str) -> MemoryCount:
        """Measure a scope; this reads all its turns, so it is for showing, not for every question."""
        async with self._database.reading() as connection:
            [[amount, characters, oldest]] = await connection.fetch(_COUNT, {"scope": scope})
        return MemoryCount(amount, characters, oldest)
