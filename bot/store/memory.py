"""What a scope remembers: exchanges, each a question and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Executable, delete, exists, func, insert, or_, select, update

from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.forgetting import forget_exchanges, forget_summaries
from bot.store.tables import exchanges, post_messages, posts, turns
from bot.store.turns import MemoryCount, NewTurn, Role, Span, Turn

__all__ = ["Memory", "MemoryCount", "NewTurn", "Role", "Span", "Turn"]

_ADD_EXCHANGE = insert(exchanges).returning(exchanges.c.id)
_TURN = tuple(turns.c[field.name] for field in fields(Turn))
_NEWEST_FIRST = (turns.c.exchange_id.desc(), turns.c.id.desc())


class Memory:
    """The turns of every scope.

    A scope is an opaque key that the services choose, such as `channel/123`. Whatever changes or removes a turn also
    removes, in the same transaction, the summaries that cover it. An exchange that is forgotten takes its posts along.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(
        self, scope: str, question: NewTurn, answer: NewTurn, *, guild_id: int | None = None, post_id: int | None = None
    ) -> int:
        """Store an exchange, whole or not at all, and return its id; the question's author is who asked.

        post_id: the post that shows it; when that was forgotten meanwhile, nothing is stored, and 0 is returned.
        """
        exchange = {
            "scope": scope,
            "asker_id": question.author_id,
            "guild_id": guild_id,
            "created_at": question.created_at,
        }
        async with self._database.writing() as connection:
            if post_id is not None and not await connection.fetch(select(posts.c.id).where(posts.c.id == post_id)):
                return 0
            [[exchange_id]] = await connection.fetch(_ADD_EXCHANGE, exchange)
            shared = {"exchange_id": exchange_id, "scope": scope}
            await connection.execute(
                insert(turns),
                [
                    {**shared, "role": "user", **asdict(question)},
                    {**shared, "role": "assistant", **asdict(answer)},
                ],
            )
        return int(exchange_id)

    # looking

    async def newest(self, span: Span, limit: int) -> tuple[Turn, ...]:
        """Return the newest turns, oldest of them first, at most `limit`; an exchange may be cut at its front."""
        most = max(limit, 0)  # SQLite takes a negative LIMIT for none at all
        found = await self._turns(
            [select(*_TURN).where(*walk).order_by(*_NEWEST_FIRST).limit(most) for walk in span.walks()]
        )
        return found[max(len(found) - most, 0) :]

    async def pinned(self, span: Span) -> tuple[Turn, ...]:
        """Return the pinned turns, oldest first."""
        return await self._turns(
            [select(*_TURN).where(*walk, turns.c.pinned).order_by(*_NEWEST_FIRST) for walk in span.walks()]
        )

    async def count(self, span: Span) -> MemoryCount:
        """Measure what is remembered; this reads all the turns, so it is for showing, not for every question."""
        amount, characters, oldest = 0, 0, None
        async with self._database.reading() as connection:
            for walk in span.walks():
                measured = select(
                    func.count(), func.coalesce(func.sum(func.length(turns.c.text)), 0), func.min(turns.c.created_at)
                ).where(*walk)
                [[some, length, first]] = await connection.fetch(measured)
                amount, characters = amount + some, characters + length
                oldest = min((moment for moment in (oldest, first) if moment is not None), default=None)
        return MemoryCount(amount, characters, oldest)

    async def turn(self, turn_id: int) -> Turn | None:
        """Return a turn, or None when it is forgotten."""
        return next(iter(await self._turns([select(*_TURN).where(turns.c.id == turn_id)])), None)

    async def exchange(self, exchange_id: int) -> tuple[Turn, ...]:
        """Return the turns of an exchange, the question first; none when it is forgotten."""
        return await self._turns([select(*_TURN).where(turns.c.exchange_id == exchange_id)])

    async def scope_of(self, exchange_id: int) -> str | None:
        """Return the scope that an exchange belongs to, or None when it is forgotten."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(exchanges.c.scope).where(exchanges.c.id == exchange_id))
        return str(rows[0].scope) if rows else None

    async def newest_exchange(self, span: Span) -> int | None:
        """Return the id of the newest exchange, or None if there is none."""
        found = await self.newest(span, 1)
        return found[0].exchange_id if found else None

    async def exchange_at(self, scope: str, moment: datetime) -> int:
        """Return the id of the last exchange that was asked at a moment or before, 0 if there is none."""
        last = (
            select(exchanges.c.id)
            .where(exchanges.c.scope == scope, exchanges.c.created_at <= moment)
            .order_by(exchanges.c.created_at.desc(), exchanges.c.id.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            rows = await connection.fetch(last)
        return int(rows[0].id) if rows else 0

    async def by_message(self, message_id: int) -> tuple[Turn, ...]:
        """Return the questions that a message asks, and the answers that it shows or is a part of."""
        shown = (
            select(posts.c.exchange_id)
            .join(post_messages, post_messages.c.post_id == posts.c.id)
            .where(post_messages.c.message_id == message_id)
        )
        return await self._turns(
            [
                select(*_TURN).where(turns.c.message_id == message_id),
                select(*_TURN).where(turns.c.exchange_id.in_(shown), turns.c.role == "assistant"),
            ]
        )

    # changing

    async def pin(self, turn_id: int, is_pinned: bool) -> bool:
        """Pin a turn or let it loose; False when it is forgotten."""
        async with self._database.writing() as connection:
            return bool(await connection.execute(update(turns).where(turns.c.id == turn_id).values(pinned=is_pinned)))

    async def rewrite(self, turn_id: int, text: str, *, prompt: str | None = None) -> bool:
        """Change what a turn says; False when it is forgotten. What a post keeps of its question follows.

        prompt: what of the text is the question itself, where files went along; None: all of it. The versions of an
        answer stay: they are what stands in Discord.
        """
        asked = {"prompt": text, "material": ""} if prompt is None else {"prompt": prompt}
        async with self._database.erasing() as connection:
            changed = await connection.fetch(
                update(turns)
                .where(turns.c.id == turn_id)
                .values(text=text)
                .returning(turns.c.scope, turns.c.exchange_id, turns.c.role)
            )
            for scope, exchange_id, role in changed:
                await forget_summaries(connection, [(scope, exchange_id)])
                if role == "user":
                    asking = update(posts).where(posts.c.exchange_id == exchange_id)
                    await connection.execute(asking.values(heading="", **asked))
        return bool(changed)

    async def rewrite_answer(self, exchange_id: int, text: str, model: str) -> bool:
        """Put another answer in the place of that of an exchange; False when it is forgotten."""
        async with self._database.writing() as connection:
            changed = await connection.fetch(
                update(turns)
                .where(turns.c.exchange_id == exchange_id, turns.c.role == "assistant")
                .values(text=text, model=model)
                .returning(turns.c.scope)
            )
            await forget_summaries(connection, [(scope, exchange_id) for (scope,) in changed])
        return bool(changed)

    # forgetting

    async def remove_turn(self, turn_id: int) -> bool:
        """Forget one turn, and the post that shows it; False when it was forgotten before."""
        async with self._database.erasing() as connection:
            removed = await connection.fetch(
                delete(turns).where(turns.c.id == turn_id).returning(turns.c.scope, turns.c.exchange_id)
            )
            for scope, exchange_id in removed:
                await forget_summaries(connection, [(scope, exchange_id)])
                await connection.execute(delete(posts).where(posts.c.exchange_id == exchange_id))
                await connection.execute(
                    delete(exchanges).where(
                        exchanges.c.id == exchange_id, ~exists().where(turns.c.exchange_id == exchange_id)
                    )
                )
        return bool(removed)

    async def remove_exchange(self, exchange_id: int) -> int:
        """Forget an exchange and return how many turns went."""
        async with self._database.erasing() as connection:
            return await forget_exchanges(connection, [exchanges.c.id == exchange_id])

    async def forget(self, scope: str, *, author_id: int | None = None, below: str | None = None) -> int:
        """Forget the exchanges of a scope and return how many turns went; posts without an exchange go as well.

        author_id: only those which this person asked, with their answers. below: also those of each scope whose name
        begins so.
        """
        chosen = [_within(exchanges.c.scope, scope, below)]
        asked = [_within(posts.c.scope, scope, below)]
        if author_id is not None:
            chosen.append(exchanges.c.asker_id == author_id)
            asked.append(posts.c.asker_id == author_id)
        async with self._database.erasing() as connection:
            removed = await forget_exchanges(connection, chosen)
            await connection.execute(delete(posts).where(*asked))
        return removed

    async def expire(self, guild_id: int, before: datetime) -> int:
        """Forget what was asked in a server before a moment, and return how many turns went."""
        async with self._database.erasing() as connection:
            await _claim(connection, guild_id)
            chosen = [exchanges.c.guild_id == guild_id, exchanges.c.created_at < before]
            removed = await forget_exchanges(connection, chosen)
            await connection.execute(delete(posts).where(posts.c.guild_id == guild_id, posts.c.created_at < before))
        return removed

    async def expire_scope(self, scope: str, before: datetime) -> int:
        """Forget what was asked in a scope before a moment, and return how many turns went."""
        async with self._database.erasing() as connection:
            removed = await forget_exchanges(connection, [exchanges.c.scope == scope, exchanges.c.created_at < before])
            await connection.execute(delete(posts).where(posts.c.scope == scope, posts.c.created_at < before))
        return removed

    async def _turns(self, statements: Sequence[Executable]) -> tuple[Turn, ...]:
        """Return what all the statements find, each turn once, in the order of their ids."""
        async with self._database.reading() as connection:
            rows = [row for statement in statements for row in await connection.fetch(statement)]
        return tuple(Turn(*row) for row in sorted(set(rows)))


def _within(column: Column[str], scope: str, below: str | None) -> ColumnElement[bool]:
    return column == scope if below is None else or_(column == scope, column.startswith(below, autoescape=True))


async def _claim(connection: Connection, guild_id: int) -> None:
    """Say of what the first version stored, without a server, that it is this server's where its scope is known to be.

    Can go when no database of the first version is left.
    """
    for table in (exchanges, posts):
        theirs = select(exchanges.c.scope).where(exchanges.c.guild_id == guild_id)
        unclaimed = update(table).where(table.c.guild_id.is_(None), table.c.scope.in_(theirs))
        await connection.execute(unclaimed.values(guild_id=guild_id))
