"""Answers as they stand in Discord: what was asked, the versions of the answer, and the messages that show it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Executable, delete, func, insert, select, update

from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.pictures import StoredPicture
from bot.store.post_values import NewPost, NewVersion, Post, Version
from bot.store.tables import exchanges, pictures, post_messages, posts, versions

__all__ = ["NewPost", "NewVersion", "Post", "Posts", "Version"]

_POST = tuple(posts.c[field.name] for field in fields(Post))
_VERSION = tuple(versions.c[field.name] for field in fields(Version))
_PICTURE = tuple(pictures.c[field.name] for field in fields(StoredPicture))


class Posts:
    """The posts, by their id, which never comes back. What is done to a post that is gone does nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, post: NewPost, pictures_along: Sequence[StoredPicture] = ()) -> int:
        """Keep a question with the pictures that went along, and return the id of its post."""
        added = insert(posts).values(**asdict(post), version=0).returning(posts.c.id)
        async with self._database.writing() as connection:
            [[post_id]] = await connection.fetch(added)
            if pictures_along:
                rows = [
                    {"post_id": post_id, "position": position, **asdict(picture)}
                    for position, picture in enumerate(pictures_along)
                ]
                await connection.execute(insert(pictures), rows)
        return int(post_id)

    # looking

    async def find(self, post_id: int) -> Post | None:
        """Return a post, or None when it is forgotten."""
        return await self._post(select(*_POST).where(posts.c.id == post_id))

    async def asked_by(self, message_id: int) -> tuple[int, ...]:
        """Return the ids of the posts that a message asks."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(posts.c.id).where(posts.c.message_id == message_id))
        return tuple(row.id for row in rows)

    async def state(self, post_id: int) -> tuple[Post, Version | None, int] | None:
        """Return a post, its chosen version (None if it has none), and how many it has; None when it is forgotten."""
        theirs = versions.c.post_id == post_id
        amount = select(func.count()).where(theirs).scalar_subquery()
        async with self._database.reading() as connection:  # one moment of the database, and people wait for it
            rows = await connection.fetch(select(*_POST, amount).where(posts.c.id == post_id))
            if not rows:
                return None
            *columns, count = rows[0]
            post = Post(*columns)
            chosen = await connection.fetch(select(*_VERSION).where(theirs, versions.c.number == post.version))
        return post, _version(*chosen[0]) if chosen else None, int(count)

    async def of_exchange(self, exchange_id: int) -> Post | None:
        """Return the post that shows an exchange, or None."""
        return await self._post(select(*_POST).where(posts.c.exchange_id == exchange_id))

    async def versions(self, post_id: int) -> tuple[Version, ...]:
        """Return the versions of a post, the first one first."""
        chosen = select(*_VERSION).where(versions.c.post_id == post_id).order_by(versions.c.number)
        async with self._database.reading() as connection:
            return tuple(_version(*row) for row in await connection.fetch(chosen))

    async def version(self, post_id: int, number: int) -> Version | None:
        """Return one version of a post, or None."""
        chosen = select(*_VERSION).where(versions.c.post_id == post_id, versions.c.number == number)
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return _version(*rows[0]) if rows else None

    async def message_ids(self, post_id: int) -> tuple[int, ...]:
        """Return the messages that a post stands in, in their order."""
        chosen = (
            select(post_messages.c.message_id)
            .where(post_messages.c.post_id == post_id)
            .order_by(post_messages.c.position)
        )
        async with self._database.reading() as connection:
            return tuple(row.message_id for row in await connection.fetch(chosen))

    async def by_message(self, message_id: int) -> int | None:
        """Return the id of the post that a message shows, or None."""
        chosen = select(post_messages.c.post_id).where(post_messages.c.message_id == message_id)
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return int(rows[0].post_id) if rows else None

    async def pictures(self, post_id: int) -> tuple[StoredPicture, ...]:
        """Return the pictures that went along with the question."""
        chosen = select(*_PICTURE).where(pictures.c.post_id == post_id).order_by(pictures.c.id)
        async with self._database.reading() as connection:
            return tuple(StoredPicture(*row) for row in await connection.fetch(chosen))

    async def pictures_of_exchanges(self, ids: Sequence[int]) -> dict[int, tuple[StoredPicture, ...]]:
        """Return the pictures of exchanges, only of those which have any."""
        chosen = (
            select(posts.c.exchange_id, pictures.c.id, *_PICTURE)
            .join(posts, posts.c.id == pictures.c.post_id)
            .where(posts.c.exchange_id.in_(list(ids)))
        )
        found: dict[int, tuple[StoredPicture, ...]] = {}
        async with self._database.reading() as connection:
            for exchange_id, _, *picture in sorted(await connection.fetch(chosen)):
                found[exchange_id] = (*found.get(exchange_id, ()), StoredPicture(*picture))
        return found

    # changing

    async def add_version(self, post_id: int, new: NewVersion, exchange_id: int | None) -> int:
        """Keep a version as the chosen one and return its number, 0 when the post is gone.

        exchange_id: the exchange that remembers it; None leaves what was noted.
        """
        async with self._database.writing() as connection:
            if not await _exists(connection, post_id):
                return 0
            highest = select(func.coalesce(func.max(versions.c.number), 0)).where(versions.c.post_id == post_id)
            [[number]] = await connection.fetch(highest)
            number += 1
            await connection.execute(insert(versions).values(post_id=post_id, number=number, **_columns(new)))
            chosen = update(posts).where(posts.c.id == post_id).values(version=number)
            if exchange_id is not None:
                # Looked up, not taken on trust: the exchange may have been forgotten since it was stored.
                existing = select(exchanges.c.id).where(exchanges.c.id == exchange_id).scalar_subquery()
                chosen = chosen.values(exchange_id=existing)
            await connection.execute(chosen)
        return int(number)

    async def replace_version(self, post_id: int, number: int, new: NewVersion) -> None:
        """Put another text in the place of a version, as when an answer became longer."""
        place = (versions.c.post_id == post_id, versions.c.number == number)
        async with self._database.writing() as connection:
            await connection.execute(update(versions).where(*place).values(**_columns(new)))

    async def choose(self, post_id: int, number: int) -> bool:
        """Make a version the chosen one; False when there is no such version."""
        there = select(versions.c.id).where(versions.c.post_id == post_id, versions.c.number == number).exists()
        chosen = update(posts).where(posts.c.id == post_id, there).values(version=number)
        async with self._database.writing() as connection:
            return bool(await connection.execute(chosen))

    async def place(self, post_id: int, message_ids: Sequence[int], channel_id: int) -> None:
        """Note in which messages a post stands now, in the place of those before."""
        table = post_messages
        rows = [
            {"message_id": message_id, "post_id": post_id, "position": position, "channel_id": channel_id}
            for position, message_id in enumerate(message_ids)
        ]
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.post_id == post_id))
            await connection.execute(delete(table).where(table.c.message_id.in_(list(message_ids))))
            if rows and await _exists(connection, post_id):
                await connection.execute(insert(table), rows)

    async def reword(self, message_id: int, prompt: str) -> None:
        """Change the question of the posts that a message asks and that are not remembered."""
        asking = (posts.c.message_id == message_id, posts.c.exchange_id.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(update(posts).where(*asking).values(prompt=prompt, heading=""))

    async def remove_asked_by(self, message_id: int) -> None:
        """Remove the posts that a message asks, with their versions and pictures."""
        async with self._database.erasing() as connection:
            await connection.execute(delete(posts).where(posts.c.message_id == message_id))

    async def remove(self, post_id: int) -> None:
        """Remove a post with its versions and pictures; its exchange is the memory's."""
        async with self._database.erasing() as connection:
            await connection.execute(delete(posts).where(posts.c.id == post_id))

    async def drop_pictures(self, before: datetime) -> int:
        """Remove the pictures of questions asked before a moment, and return how many went."""
        old = select(posts.c.id).where(posts.c.created_at < before)
        async with self._database.erasing() as connection:
            return await connection.execute(delete(pictures).where(pictures.c.post_id.in_(old)))

    async def _post(self, chosen: Executable) -> Post | None:
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return Post(*rows[0]) if rows else None


async def _exists(connection: Connection, post_id: int) -> bool:
    return bool(await connection.fetch(select(posts.c.id).where(posts.c.id == post_id)))


def _columns(new: NewVersion) -> dict[str, object]:
    texts = {"citations": json.dumps(new.citations), "used": json.dumps(dict(new.used))}
    return {field.name: getattr(new, field.name) for field in fields(new)} | texts


def _version(
    number: int,
    text: str,
    thoughts: str,
    thought_s: float,
    citations: str,
    model: str,
    ended: str,
    used: str,
    created_at: datetime,
) -> Version:
    return Version(
        number, text, thoughts, thought_s, tuple(json.loads(citations)), model, ended, json.loads(used), created_at
    )
