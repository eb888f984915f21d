"""Answers that are stored nowhere: kept for a while in the process, so that their buttons work."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion, Post, Version

MOST = 200  # Discord lets a private message be edited for 15 minutes; the oldest go first


class PrivatePosts:
    """The same as the stored posts, in memory only; the process takes them along when it ends."""

    def __init__(self) -> None:
        self._posts: dict[int, Post] = {}
        self._versions: dict[int, list[Version]] = {}
        self._pictures: dict[int, tuple[StoredPicture, ...]] = {}

    async def open(self, post: NewPost, pictures: Sequence[StoredPicture] = ()) -> int:
        """Keep a post and return its id, which nobody can guess."""
        while len(self._posts) >= MOST:
            await self.remove(next(iter(self._posts)))
        post_id = secrets.randbits(62)
        self._posts[post_id] = Post.of(post_id, post)
        self._versions[post_id] = []
        self._pictures[post_id] = tuple(pictures)
        return post_id

    async def find(self, post_id: int) -> Post | None:
        """Return a post, or None when it is gone."""
        return self._posts.get(post_id)

    async def state(self, post_id: int) -> tuple[Post, Version | None, int] | None:
        """Return a post, its chosen version, and how many it has; None when it is gone."""
        post = self._posts.get(post_id)
        if post is None:
            return None
        return post, await self.version(post_id, post.version), len(self._versions[post_id])

    async def version(self, post_id: int, number: int) -> Version | None:
        """Return a version, or None when there is no such."""
        return next((each for each in self._versions.get(post_id, ()) if each.number == number), None)

    async def add_version(self, post_id: int, new: NewVersion, exchange_id: int | None) -> int:
        """Keep a version as the chosen one and return its number, 0 when the post is gone; it has no exchange."""
        if post_id not in self._posts:
            return 0
        number = len(self._versions[post_id]) + 1
        self._versions[post_id].append(Version.of(number, new))
        await self.choose(post_id, number)
        return number

    async def replace_version(self, post_id: int, number: int, new: NewVersion) -> None:
        """Put a longer text in the place of a version."""
        if await self.version(post_id, number) is not None:
            self._versions[post_id][number - 1] = Version.of(number, new)

    async def choose(self, post_id: int, number: int) -> bool:
        """Make a version the one that is shown."""
        if await self.version(post_id, number) is None:
            return False
        self._posts[post_id] = replace(self._posts[post_id], version=number)
        return True

    async def pictures(self, post_id: int) -> tuple[StoredPicture, ...]:
        """Return the pictures that went along with the question."""
        return self._pictures.get(post_id, ())

    async def place(self, post_id: int, message_ids: Sequence[int], channel_id: int) -> None:
        """Do nothing: a private message is found by the interaction that pressed its button."""

    async def message_ids(self, post_id: int) -> tuple[int, ...]:
        """Return none, see `place`."""
        return ()

    async def remove(self, post_id: int) -> None:
        """Let a post go."""
        for kept in (self._posts, self._versions, self._pictures):
            kept.pop(post_id, None)


class PassingPosts(PrivatePosts):
    """Answers that everybody sees, given while the store failed."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[int, tuple[int, ...]] = {}

    async def place(self, post_id: int, message_ids: Sequence[int], channel_id: int) -> None:
        """Note in which messages a post stands."""
        if post_id in self._posts:
            self._places[post_id] = tuple(message_ids)

    async def message_ids(self, post_id: int) -> tuple[int, ...]:
        """Return the messages that a post stands in, in their order."""
        return self._places.get(post_id, ())

    async def remove(self, post_id: int) -> None:
        """Let a post go."""
        await super().remove(post_id)
        self._places.pop(post_id, None)
