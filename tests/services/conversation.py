"""Conversations in a real memory, for the tests of what is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.services.context import Asked, ContextService
from bot.services.preferences import Tuning
from bot.services.scope import Scope
from bot.store.branches import Branches
from bot.store.database import Database
from bot.store.memory import Memory, NewTurn, Turn
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, NewVersion, Posts
from bot.store.summaries import Summaries, Summary

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
GARDEN = Scope("channel/1", "channel")
ANN, BEN = (11, "ann"), (12, "ben")
NOTHING_CHOSEN = Tuning()


@dataclass
class Conversation:
    """A memory, and what is told of it. minutes: how many exchanges there were, one a minute."""

    database: Database
    minutes: int = 0

    def __post_init__(self) -> None:
        self.memory = Memory(self.database)
        self.summaries = Summaries(self.database)
        self.posts = Posts(self.database)
        self.branches = Branches(self.database)

    async def said(
        self, question: str, answer: str = "Yes.", *, who: tuple[int, str] = ANN, scope: Scope = GARDEN
    ) -> int:
        """Remember an exchange and return its id."""
        self.minutes += 1
        turns = [
            NewTurn(text, *who, "grok-4", START + timedelta(minutes=self.minutes), None, 1)
            for text in (question, answer)
        ]
        return await self.memory.remember(scope.key, *turns, guild_id=9)

    async def turns(self, scope: Scope = GARDEN) -> tuple[Turn, ...]:
        """Return everything that is remembered."""
        return await self.memory.newest(scope.span(), 1000)

    async def summarised(self, text: str, upto: int, turns: int, scope: Scope = GARDEN) -> None:
        """Keep a summary."""
        assert await self.summaries.keep(Summary(scope.key, upto, text, turns, "grok-4", START), ())

    async def showed(self, exchange_id: int, *pictures: bytes) -> None:
        """Let an exchange have come with pictures."""
        post = NewPost(GARDEN.key, 1, 9, *ANN, "look", "", "", None, False, None, START)
        post_id = await self.posts.open(post, [StoredPicture("a.png", "image/png", data) for data in pictures])
        version = NewVersion("Nice.", "", 0.0, (), "grok-4", "stop", {}, START)
        await self.posts.add_version(post_id, version, exchange_id)

    def service(self, *, budget_tokens: int = 2000, context_tokens: int = 20_000) -> ContextService:
        """Return the service that is tested."""
        return ContextService(
            self.memory, self.summaries, self.posts, budget_tokens=budget_tokens, context_tokens=context_tokens
        )


def asks(prompt: str = "And now?", *, who: tuple[int, str] = ANN, material: str = "") -> Asked:
    """Return a question."""
    return Asked(*who, prompt, material)
