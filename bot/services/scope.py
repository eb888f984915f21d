"""Whose memory a conversation uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from bot.store.branches import Branch, Branches
from bot.store.memory import Memory, Span
from bot.store.preferences import Preferences

__all__ = ["MEMORY_MODES", "MemoryMode", "Place", "Scope", "ScopeService", "Span"]

# channel: one memory for all; in a thread, that of its channel. thread: the thread's own, which begins with what its
# channel remembered. person: each person has their own.
MemoryMode = Literal["channel", "thread", "person"]
MEMORY_MODES: tuple[MemoryMode, ...] = get_args(MemoryMode)
PERSONAL = "/person/"  # in the name of a memory that is one person's


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody talks. guild_id: None in direct messages. parent_id, began_at: of a thread, else None."""

    channel_id: int
    guild_id: int | None
    parent_id: int | None = None
    began_at: datetime | None = None

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread of another channel."""
        return self.parent_id is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """The turns that belong together.

    key: the store's name for them. parent, parent_upto: of which scope it took over all up to and including which
    exchange; None and 0 where it began with nothing.
    """

    key: str
    mode: MemoryMode
    parent: str | None = None
    parent_upto: int = 0

    def span(self, since: datetime | None = None, before: int | None = None) -> Span:
        """Return which turns are meant. since: what is older has expired. before: only exchanges with a smaller id."""
        return Span(self.key, self.parent, self.parent_upto, since, before)


def shared_key(channel_id: int) -> str:
    """Return the name of what a channel, a thread or a direct message remembers for all who talk there."""
    return f"channel/{channel_id}"


def personal_key(channel_id: int, person_id: int) -> str:
    """Return the name of what a channel or a thread remembers for one person."""
    return f"{shared_key(channel_id)}{PERSONAL}{person_id}"


def shared_of(scope: Scope) -> str:
    """Return the name of the memory for all that stands beside a scope: the scope's own where it is for all."""
    return scope.key.partition(PERSONAL)[0]


class ScopeService:
    """Tells which memory is used where, by whom."""

    def __init__(self, branches: Branches, memory: Memory, preferences: Preferences) -> None:
        self._branches = branches
        self._memory = memory
        self._preferences = preferences

    async def mode(self, place: Place) -> MemoryMode:
        """Return the mode of a place: the one that was chosen, or the usual one."""
        chosen = await self._chosen(place.channel_id)
        if place.parent_id is None:
            return "person" if chosen == "person" else "channel"
        if chosen is not None:
            return chosen
        return "person" if await self._chosen(place.parent_id) == "person" else "thread"

    async def resolve(self, place: Place, author_id: int) -> Scope:
        """Return the memory that somebody uses in a place."""
        mode = await self.mode(place)
        if place.parent_id is None:
            return Scope(_key(place.channel_id, mode, author_id), mode)
        if mode == "channel":
            around = await self.resolve(Place(place.parent_id, place.guild_id), author_id)
            return Scope(around.key, mode)
        key = _key(place.channel_id, mode, author_id)
        if mode == "thread" and await self._chosen(place.parent_id) == "person":
            return Scope(key, mode)  # one person's memory is not for all who come to a thread
        return await self._inheriting(Scope(key, mode, _key(place.parent_id, mode, author_id)), place)

    async def cut_off(self, scope: Scope) -> None:
        """Let a scope no longer remember what it took over from its parent."""
        if scope.parent is not None:
            await self._branches.keep(Branch(scope.key, scope.parent, 0))

    async def _chosen(self, channel_id: int) -> MemoryMode | None:
        preferences = await self._preferences.channel(channel_id)
        chosen = preferences.memory_mode if preferences else None
        return next((mode for mode in MEMORY_MODES if mode == chosen), None)

    async def _inheriting(self, scope: Scope, place: Place) -> Scope:
        """Return a thread's scope with the point where it branched off, which is looked up once and kept."""
        branch = await self._branches.find(scope.key)
        if branch is None:
            branch = await self._branch_of(scope, place)
            await self._branches.keep(branch)
        # A branch made by hand may begin with another memory; what belongs to one person goes to nobody else.
        if branch.upto_exchange_id == 0 or (branch.parent != scope.parent and PERSONAL in branch.parent):
            return Scope(scope.key, scope.mode)
        return Scope(scope.key, scope.mode, branch.parent, branch.upto_exchange_id)

    async def _branch_of(self, scope: Scope, place: Place) -> Branch:
        parent = scope.parent or ""
        by_hand = await self._branches.find(shared_key(place.channel_id))
        if by_hand is not None and by_hand.parent == parent:
            return Branch(scope.key, parent, by_hand.upto_exchange_id)
        upto = await self._memory.exchange_at(parent, place.began_at) if place.began_at is not None else 0
        return Branch(scope.key, parent, upto)


def _key(channel_id: int, mode: MemoryMode, person_id: int) -> str:
    return personal_key(channel_id, person_id) if mode == "person" else shared_key(channel_id)
