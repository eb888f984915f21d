"""A bot, a pool and a database, as far as they are looked at: each is what a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from bot.errors import StoreError
from bot.grok.breaker import State
from bot.grok.types import CallKind, ChatEvent, ChatRequest, Resting


@dataclass
class Shard:
    closed: bool = False

    def is_closed(self) -> bool:
        return self.closed


@dataclass
class Orders:
    by_state: dict[tuple[str, str], int] | None = field(default_factory=dict)
    is_silent: bool = False

    async def counts(self) -> Mapping[tuple[str, str], int]:
        if self.is_silent:
            await asyncio.Event().wait()
        if self.by_state is None:
            raise StoreError("away")
        return self.by_state


@dataclass
class Bot:
    ready: bool = True
    shards: dict[int, Shard] = field(default_factory=lambda: {0: Shard(), 1: Shard()})
    latencies: list[tuple[int, float]] = field(default_factory=lambda: [(0, 0.04), (1, float("nan"))])
    orders: Orders = field(default_factory=Orders)
    ledger: Any = field(default_factory=lambda: SimpleNamespace(refused=3, edited=41))  # Any: two numbers
    work: list[object] = field(default_factory=lambda: [object()])
    waiting: int = 2

    def is_ready(self) -> bool:
        return self.ready

    @property
    def services(self) -> Any:  # Any: as above
        return SimpleNamespace(chat=SimpleNamespace(waiting=self.waiting), orders=self.orders)


class Upstreams:
    """A pool of which only the breakers matter; `events` is what a question comes to."""

    def __init__(self, *events: ChatEvent | Exception) -> None:
        self.events = events
        self.rests: tuple[Resting, ...] = ()
        self.states: dict[tuple[str, CallKind], State] = {("main", "chat"): "closed"}

    async def stream_chat(self, _request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event

    def resting(self) -> tuple[Resting, ...]:
        return self.rests

    def breaker_states(self) -> dict[tuple[str, CallKind], State]:
        return self.states
