"""Look at what is remembered, change it, and make it forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.errors import InputError
from bot.services.budget import estimated_tokens
from bot.services.context import ContextService, Preview, Row
from bot.services.export import Export, exported
from bot.services.following import Following
from bot.services.preferences import Tuning
from bot.services.question import Author
from bot.services.scope import MEMORY_MODES, PERSONAL, MemoryMode, Place, Scope, ScopeService, shared_of
from bot.store.memory import Memory, Turn
from bot.store.posts import Posts
from bot.store.preferences import Change, Preferences

__all__ = ["Actor", "Export", "MemoryMode", "MemoryService", "Preview", "Row", "Turn"]

TURN_LIMIT_CHARS = 4000  # Discord: a text input
MOST_DAYS = 3650
EXPORTED_TURNS = 20_000
PICTURES_KEPT = timedelta(days=30)
EXPIRE_EVERY_S = 3600.0


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to change what is remembered, and what Discord lets them do.

    is_moderator: Manage Messages. keeps_channel: Manage Channels. keeps_server: Manage Server.
    """

    id: int
    name: str
    is_moderator: bool = False
    keeps_channel: bool = False
    keeps_server: bool = False


class MemoryService:
    """What is remembered, as people see and change it.

    budget_tokens: how much of it goes along with a question at most. now: aware. sleep: waits between two tidyings.
    """

    def __init__(
        self,
        memory: Memory,
        posts: Posts,
        scopes: ScopeService,
        preferences: Preferences,
        context: ContextService,
        *,
        budget_tokens: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.following = Following(memory, posts)
        self.budget_tokens = budget_tokens
        self._memory = memory
        self._posts = posts
        self._scopes = scopes
        self._preferences = preferences
        self._context = context
        self._now = now
        self._sleep = sleep

    # looking

    async def scope(self, place: Place, person_id: int) -> Scope:
        """Return the memory that somebody uses in a place."""
        return await self._scopes.resolve(place, person_id)

    async def show(self, place: Place, person: Author, tuning: Tuning) -> Preview:
        """Return exactly what the next request of a person will hold. tuning: what holds in the place."""
        scope, since = await self.scope(place, person.id), await self.since(place.guild_id)
        return await self._context.preview(scope, (person.id, person.name), since=since, preferences=tuning)

    async def turn(self, place: Place, person_id: int, turn_id: int) -> Turn:
        """Return a turn that goes along in a place. Raises InputError when it is forgotten, or of another memory."""
        scope = await self.scope(place, person_id)
        turn = await self._memory.turn(turn_id)
        where = await self._memory.scope_of(turn.exchange_id) if turn is not None else None
        is_own = where == scope.key
        if turn is None or not (is_own or (where == scope.parent and turn.exchange_id <= scope.parent_upto)):
            raise InputError("turn_gone")
        return turn

    async def export(self, place: Place, person_id: int, max_bytes: int) -> Export:
        """Return all that a person's memory holds in a place, as two texts of at most `max_bytes` each."""
        scope = await self.scope(place, person_id)
        span = scope.span(await self.since(place.guild_id))
        turns = await self._memory.newest(span, EXPORTED_TURNS)
        left_out = 0
        if len(turns) == EXPORTED_TURNS:
            left_out = (await self._memory.count(span)).turns - len(turns)
        return await asyncio.to_thread(exported, scope, turns, max_bytes, left_out=left_out)

    async def since(self, guild_id: int | None) -> datetime | None:
        """Return the moment before which a server's memory has expired, None where it does not expire."""
        days = await self._preferences.guild_memory_days(guild_id) if guild_id is not None else None
        return None if days is None else self._now() - timedelta(days=days)

    # changing

    async def pin(self, place: Place, actor: Actor, turn_id: int, is_pinned: bool) -> None:
        """Pin a turn, so that it always goes along, or let it loose.

        Raises InputError("pins_full") when pinned turns would take more than half of what goes along.
        """
        turn = await self._owned(place, actor, turn_id)
        if is_pinned and not turn.pinned:
            scope = await self.scope(place, actor.id)
            pinned = await self._memory.pinned(scope.span(await self.since(place.guild_id)))
            size = estimated_tokens(turn.text)
            used, limit = sum(estimated_tokens(each.text) for each in pinned), self.budget_tokens // 2
            if used + size > limit:
                raise InputError("pins_full", size=size, used=used, limit=limit)
        if not await self._memory.pin(turn_id, is_pinned):
            raise InputError("turn_gone")

    async def rewrite(self, place: Place, actor: Actor, turn_id: int, text: str) -> None:
        """Change what a turn says. Raises InputError."""
        await self._owned(place, actor, turn_id)
        if not text.strip():
            raise InputError("turn_blank")
        if len(text) > TURN_LIMIT_CHARS:
            raise InputError("turn_long", chars=len(text), limit=TURN_LIMIT_CHARS)
        if not await self._memory.rewrite(turn_id, text.strip()):
            raise InputError("turn_gone")

    async def editable(self, place: Place, actor: Actor, turn_id: int) -> Turn:
        """Return a turn that this person may rewrite in a form. Raises InputError."""
        turn = await self._owned(place, actor, turn_id)
        if len(turn.text) > TURN_LIMIT_CHARS:
            raise InputError("turn_long", chars=len(turn.text), limit=TURN_LIMIT_CHARS)
        return turn

    async def remove(self, place: Place, actor: Actor, turn_id: int) -> None:
        """Forget one turn. Raises InputError."""
        await self._owned(place, actor, turn_id)
        if not await self._memory.remove_turn(turn_id):
            raise InputError("turn_gone")

    async def undo(self, place: Place, actor: Actor) -> tuple[Turn, ...]:
        """Forget the newest exchange and return its turns. Raises InputError when it is not theirs."""
        scope = await self.scope(place, actor.id)
        own = Scope(scope.key, scope.mode).span(await self.since(place.guild_id))
        newest = await self._memory.newest_exchange(own)
        if newest is None:
            raise InputError("nothing_to_undo")
        turns = await self._memory.exchange(newest)
        for turn in turns[:1]:
            _refuse_strangers(turn, actor)
        await self._memory.remove_exchange(newest)
        return turns

    async def forget(self, place: Place, actor: Actor, what: Literal["mine", "everything"]) -> int:
        """Forget what a person asked, or everything, and return how many turns went.

        Whichever memory is used now: that for all and those of single persons count as one here, so a moderator's
        "everything" is everybody's. Without the permission it is what belongs to the person alone. A thread that
        forgets everything also forgets what it took over. Raises InputError.
        """
        scope = await self.scope(place, actor.id)
        shared = shared_of(scope)
        if what == "mine":
            return await self._memory.forget(shared, author_id=actor.id, below=f"{shared}{PERSONAL}")
        if scope.mode != "person" and not actor.is_moderator:
            raise InputError("needs_manage_messages")
        await self._scopes.cut_off(scope)
        if not actor.is_moderator:
            return await self._memory.forget(scope.key)
        return await self._memory.forget(shared, below=f"{shared}{PERSONAL}")

    # choosing

    async def mode(self, place: Place) -> MemoryMode:
        """Return which memory is used in a place."""
        return await self._scopes.mode(place)

    async def set_mode(self, place: Place, actor: Actor, mode: MemoryMode) -> bool:
        """Choose which memory is used in a place; False when it is that one already. Raises InputError."""
        if not actor.keeps_channel:
            raise InputError("mode_refused")
        if mode not in MEMORY_MODES or (mode == "thread" and not place.is_thread):
            raise InputError("mode_needs_thread")
        if await self.mode(place) == mode:
            return False
        change = Change(actor.id, actor.name, "memory", mode, self._now())
        await self._preferences.set_memory_mode(place.channel_id, place.guild_id, mode, change)
        return True

    async def set_expiry(self, place: Place, actor: Actor, days: int) -> int:
        """Choose after how many days a server forgets, 0 for never; return how many turns went. Raises InputError."""
        if place.guild_id is None:
            raise InputError("expiry_needs_server")
        if not actor.keeps_server:
            raise InputError("expiry_refused")
        if not 0 <= days <= MOST_DAYS:
            raise InputError("expiry_days", most=MOST_DAYS)
        change = Change(actor.id, actor.name, "expiry", str(days or ""), self._now())
        await self._preferences.set_guild_memory_days(place.guild_id, days or None, place.channel_id, change)
        return await self._expire_guild(place.guild_id, days) if days else 0

    async def expiry(self, place: Place) -> int | None:
        """Return after how many days a server forgets, None for never."""
        return await self._preferences.guild_memory_days(place.guild_id) if place.guild_id is not None else None

    # tidying

    async def expire(self) -> int:
        """Forget what is too old, in every server where something expires, and return how many turns went."""
        removed = 0
        for guild_id, days in await self._preferences.guilds_with_expiry():
            removed += await self._expire_guild(guild_id, days)
        await self._posts.drop_pictures(self._now() - PICTURES_KEPT)
        return removed

    async def run(self) -> None:
        """Expire every hour, for as long as the bot runs."""
        while True:
            await self.expire()
            await self._sleep(EXPIRE_EVERY_S)

    async def _expire_guild(self, guild_id: int, days: int) -> int:
        return await self._memory.expire(guild_id, self._now() - timedelta(days=days))

    async def _owned(self, place: Place, actor: Actor, turn_id: int) -> Turn:
        turn = await self.turn(place, actor.id, turn_id)
        _refuse_strangers(turn, actor)
        return turn


def _refuse_strangers(turn: Turn, actor: Actor) -> None:
    """Raise InputError unless the person asked, or tidies up after others. An answer's author is who asked for it."""
    if turn.author_id != actor.id and not actor.is_moderator:
        raise InputError("not_yours_turn", asker=turn.author_name)
