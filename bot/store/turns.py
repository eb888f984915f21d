"""Turns as values, and which of them are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, select

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
    pinned: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Which turns are meant: those of `scope`, and those of `parent` up to and including exchange `parent_upto`.

    since: only exchanges asked then or later. before, after: only exchanges with a smaller, a greater id.
    """

    scope: str
    parent: str | None = None
    parent_upto: int = 0
    since: datetime | None = None
    before: int | None = None
    after: int = 0

    def walks(self) -> Iterator[tuple[ColumnElement[bool], ...]]:
        """Yield the conditions on turns, once for each scope: each is one walk down one index."""
        yield (turns.c.scope == self.scope, *self._bounds())
        if self.parent is not None:
            yield (turns.c.scope == self.parent, turns.c.exchange_id <= self.parent_upto, *self._bounds())

    def _bounds(self) -> Iterator[ColumnElement[bool]]:
        if self.after:
            yield turns.c.exchange_id > self.after
        if self.before is not None:
            yield turns.c.exchange_id < self.before
        if self.since is not None:
            recent = select(exchanges.c.id).where(
                exchanges.c.id == turns.c.exchange_id, exchanges.c.created_at >= self.since
            )
            yield exists(recent)


@dataclass(frozen=True, slots=True)
class MemoryCount:
    """How much is remembered. oldest: when the oldest turn was made, None if there is none."""

    turns: int
    characters: int
    oldest: datetime | None
