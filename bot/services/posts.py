"""Answers as they stand in Discord: their versions, the messages they stand in, and where a thread branched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.errors import InputError
from bot.services.private_posts import PassingPosts, PrivatePosts
from bot.store.branches import Branch, Branches
from bot.store.memory import Memory
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion, Post, Posts, Version

__all__ = ["NewVersion", "Post", "PostService", "PostState", "Version"]

MOST_ID = 2**63 - 1

# stored: for everybody, as long as it is remembered. private: see PrivatePosts. passing: see PassingPosts.
Keeping = Literal["stored", "private", "passing"]
_PREFIXES: dict[Keeping, str] = {"private": "p", "passing": "u"}


class Shelf(Protocol):
    """What the stored posts and the private ones have in common."""

    async def open(self, post: NewPost, pictures: Sequence[StoredPicture] = (), /) -> int: ...
    async def find(self, post_id: int, /) -> Post | None: ...
    async def state(self, post_id: int, /) -> tuple[Post, Version | None, int] | None: ...
    async def add_version(self, post_id: int, new: NewVersion, exchange_id: int | None, /) -> int: ...
    async def replace_version(self, post_id: int, number: int, new: NewVersion, /) -> None: ...
    async def choose(self, post_id: int, number: int, /) -> bool: ...
    async def pictures(self, post_id: int, /) -> tuple[StoredPicture, ...]: ...
    async def place(self, post_id: int, message_ids: Sequence[int], channel_id: int, /) -> None: ...
    async def message_ids(self, post_id: int, /) -> tuple[int, ...]: ...
    async def remove(self, post_id: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class PostState:
    """An answer as it is now. version: the chosen one, None where nothing came. versions: how many there are."""

    key: str
    post: Post
    version: Version | None
    versions: int

    @property
    def is_private(self) -> bool:
        """Whether it is for the asker's eyes only."""
        return self.key.startswith(_PREFIXES["private"])

    @property
    def is_stored(self) -> bool:
        """Whether more than the process knows of it."""
        return self.key.isdecimal()


class PostService:
    """Posts by their key: the id of a stored one, or a letter and a hexadecimal number.

    "p" is for private ones, "u" for those given while the store failed: only the process knows of both.
    """

    def __init__(self, posts: Posts, memory: Memory, branches: Branches) -> None:
        self._posts = posts
        self._memory = memory
        self._branches = branches
        self._private = PrivatePosts()
        self._passing = PassingPosts()

    async def open(self, post: NewPost, pictures: Sequence[StoredPicture], keeping: Keeping) -> str:
        """Keep a question whose answer is about to be written, and return the answer's key."""
        if keeping == "stored":
            return str(await self._posts.open(post, pictures))
        shelf = self._private if keeping == "private" else self._passing
        return f"{_PREFIXES[keeping]}{await shelf.open(post, pictures):x}"

    async def find_state(self, key: str) -> PostState | None:
        """Return an answer as it is now, or None when it was forgotten."""
        shelf, post_id = self._shelf(key)
        found = await shelf.state(post_id)
        return None if found is None else PostState(key, *found)

    async def state(self, key: str) -> PostState:
        """Return an answer as it is now. Raises InputError when it was forgotten."""
        found = await self.find_state(key)
        if found is None:
            raise InputError("answer_forgotten")
        return found

    async def pictures(self, key: str) -> tuple[StoredPicture, ...]:
        """Return the pictures that went along with the question."""
        shelf, post_id = self._shelf(key)
        return await shelf.pictures(post_id)

    async def add_version(self, key: str, version: NewVersion, exchange_id: int | None) -> None:
        """Keep what was written as the chosen version; an answer that was forgotten meanwhile stays forgotten."""
        shelf, post_id = self._shelf(key)
        await shelf.add_version(post_id, version, exchange_id)

    async def replace_version(self, key: str, number: int, version: NewVersion) -> None:
        """Keep a version that has become longer."""
        shelf, post_id = self._shelf(key)
        await shelf.replace_version(post_id, number, version)

    async def choose(self, key: str, number: int) -> PostState:
        """Make another version the one that is shown and remembered."""
        shelf, post_id = self._shelf(key)
        if await shelf.choose(post_id, number):
            state = await self.state(key)
            if state.post.exchange_id is not None and state.version is not None:
                await self._memory.rewrite_answer(state.post.exchange_id, state.version.text, state.version.model)
            return state
        return await self.state(key)

    async def placed(self, key: str, message_ids: Sequence[int], channel_id: int) -> None:
        """Note in which messages an answer stands."""
        shelf, post_id = self._shelf(key)
        if message_ids:
            await shelf.place(post_id, message_ids, channel_id)

    async def message_ids(self, key: str) -> tuple[int, ...]:
        """Return the messages an answer stands in, in their order."""
        shelf, post_id = self._shelf(key)
        return await shelf.message_ids(post_id)

    async def branch(self, key: str, thread_id: int) -> None:
        """Let a new thread remember everything up to this answer, and go its own way from there."""
        post = (await self.state(key)).post
        await self._branches.keep(Branch(f"channel/{thread_id}", post.scope, post.exchange_id or MOST_ID))

    async def remove(self, key: str) -> None:
        """Forget an answer, with its exchange."""
        shelf, post_id = self._shelf(key)
        post = await shelf.find(post_id)
        if post is not None and post.exchange_id is not None:
            await self._memory.remove_exchange(post.exchange_id)
        await shelf.remove(post_id)

    def _shelf(self, key: str) -> tuple[Shelf, int]:
        if key.startswith(_PREFIXES["private"]):
            return self._private, int(key[1:], 16)
        if key.startswith(_PREFIXES["passing"]):
            return self._passing, int(key[1:], 16)
        return self._posts, min(int(key or 0), MOST_ID)
