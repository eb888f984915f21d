"""What is looked at when somebody asks how the bot is: `bot.app.GrokBot` and the pool, as far as that goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.grok.breaker import State
from bot.grok.protocol import Grok
from bot.grok.types import CallKind


class Reply(Protocol):
    """An HTTP reply of a Grok server."""

    @property
    def status_code(self) -> int:
        """Its status."""
        ...


class Upstreams(Grok, Protocol):
    """Several Grok servers as one."""

    def breaker_states(self) -> Mapping[tuple[str, CallKind], State]:
        """Return how each breaker stands, by the upstream and the kind of call."""
        ...


class Shard(Protocol):
    """A session with Discord's gateway."""

    def is_closed(self) -> bool:
        """Whether there is none right now."""
        ...


class Ledger(Protocol):
    """What Discord was sent."""

    @property
    def refused(self) -> int:
        """How many requests it answered with 429."""
        ...

    @property
    def edited(self) -> int:
        """How many messages it edited."""
        ...


class Answers(Protocol):
    """The questions."""

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        ...


class Orders(Protocol):
    """The orders for pictures and clips."""

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many of this process's are remembered, by kind and state. Raises StoreError."""
        ...


class Services(Protocol):
    """The use cases."""

    @property
    def chat(self) -> Answers:
        """Questions."""
        ...

    @property
    def orders(self) -> Orders:
        """Orders."""
        ...


class Work(Protocol):
    """The tasks that answer somebody."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...


class Watched(Protocol):
    """A bot that serves shards."""

    @property
    def ledger(self) -> Ledger:
        """What Discord was sent."""
        ...

    @property
    def services(self) -> Services:
        """The use cases."""
        ...

    @property
    def work(self) -> Work:
        """What is under way."""
        ...

    @property
    def latencies(self) -> Sequence[tuple[int, float]]:
        """How long each shard's heartbeat took, in seconds; not a number, or infinite, while that is not known."""
        ...

    @property
    def shards(self) -> Mapping[int, Shard]:
        """The shards that were begun."""
        ...

    def is_ready(self) -> bool:
        """Whether all of them have been told of their servers."""
        ...
