"""Look at what is remembered, and make it forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.budget import estimated_tokens, fitted
from bot.services.chat import TURNS_READ
from bot.services.scope import Scope
from bot.store.memory import Memory, Span, Turn

__all__ = ["MemoryService", "MemoryView", "Turn"]


@dataclass(frozen=True, slots=True)
class MemoryView:
    """What is remembered. turns: those that go along with the next question, oldest first.

    total: all that is stored. tokens: an estimate of what goes along.
    """

    turns: tuple[Turn, ...]
    total: int
    tokens: int


class MemoryService:
    """A scope's memory, as people see it."""

    def __init__(self, memory: Memory, *, budget_tokens: int) -> None:
        self._memory = memory
        self._budget_tokens = budget_tokens

    async def show(self, scope: Scope) -> MemoryView:
        """Return what the next question would take along."""
        turns = fitted(await self._memory.newest(Span(scope.key), TURNS_READ), self._budget_tokens)
        count = await self._memory.count(Span(scope.key))
        return MemoryView(turns, count.turns, sum(estimated_tokens(turn.text) for turn in turns))

    async def forget(self, scope: Scope, *, author_id: int | None = None) -> int:
        """Forget everything of a scope, or only what one person asked. Returns the number of turns removed."""
        return await self._memory.forget(scope.key, author_id=author_id)
