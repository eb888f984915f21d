"""What each posted answer was, so that a button under it finds its conversation after a restart."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.store.tables import answers, exchanges


@dataclass(frozen=True, slots=True)
class Answer:
    """A message that shows an answer, or a part of one.

    exchange_id: None if the answer was not remembered or is forgotten by now. asker_id: who may press its buttons.
    """

    message_id: int
    channel_id: int
    scope: str
    exchange_id: int | None
    asker_id: int


class Answers:
    """The answers the bot has posted, by message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(
        self, message_id: int, channel_id: int, scope: str, exchange_id: int | None, asker_id: int
    ) -> None:
        """Note what a message shows, in the place of what it showed before."""
        # Looked up, not taken on trust: the exchange may have been forgotten since it was stored.
        existing = select(exchanges.c.id).where(exchanges.c.id == exchange_id).scalar_subquery()
        async with self._database.writing() as connection:
            await connection.execute(delete(answers).where(answers.c.message_id == message_id))
            await connection.execute(
                insert(answers).values(
                    message_id=message_id, channel_id=channel_id, scope=scope, exchange_id=existing, asker_id=asker_id
                )
            )

    async def find(self, message_id: int) -> Answer | None:
        """Return what a message shows, or None if it is no answer of the bot."""
        columns = (answers.c[field.name] for field in fields(Answer))
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(*columns).where(answers.c.message_id == message_id))
        return Answer(*rows[0]) if rows else None
