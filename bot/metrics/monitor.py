"""All that is measured of one bot: what is counted, and what is looked up when somebody asks."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics, generate_latest

from bot.errors import StoreError
from bot.metrics.grok import MeasuredGrok
from bot.metrics.instruments import Instruments
from bot.metrics.moment import Moment, MomentCollector, Session
from bot.metrics.readiness import PATIENCE_S, Part, Ping, ask_database, missing_of_chat, missing_of_discord
from bot.metrics.watched import Reply, Upstreams, Watched


class Monitor:
    """Watches a bot; the parts are told to it as they are opened. Several monitors in one process do not meet."""

    def __init__(self) -> None:
        # Else each has one more row, which says when it was made. (The library has no annotation there.)
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._instruments = Instruments(self._registry)
        self._collector = MomentCollector(_versions())
        self._registry.register(self._collector)
        ProcessCollector(registry=self._registry)
        self._ping: Ping | None = None
        self._upstreams: Upstreams | None = None
        self._bot: Watched | None = None

    def watch_database(self, ping: Ping) -> None:
        """Ask the database by `ping`, which returns how many seconds it took and raises StoreError."""
        self._ping = ping

    def watch_upstreams(self, upstreams: Upstreams, tokens: Callable[[str], int]) -> MeasuredGrok:
        """Return the servers as something that measures what is asked of them. tokens: estimates those of a text."""
        self._upstreams = upstreams
        return MeasuredGrok(upstreams, self._instruments, tokens)

    async def saw_reply(self, reply: Reply) -> None:
        """Count a reply of a Grok server; to be called for each, also those that lead to another attempt."""
        if reply.status_code == 429:
            self._instruments.upstream_429.inc()

    @contextmanager
    def watching(self, bot: Watched) -> Iterator[None]:
        """Watch a bot as long as it serves shards."""
        self._bot = bot
        try:
            yield
        finally:
            self._bot = None

    async def missing(self) -> dict[Part, str]:
        """Return what keeps the bot from serving people: a reason by each part that does not work, {} if all do."""
        _, missing = await self._missing()
        return {part: reason for part, reason in missing.items() if reason}

    async def exposition(self) -> bytes:
        """Return every metric as Prometheus reads it."""
        self._collector.moment = await self._look()
        return generate_latest(self._registry)

    async def _look(self) -> Moment:
        seconds, missing = await self._missing()
        bot, upstreams = self._bot, self._upstreams
        return Moment(
            missing=missing,
            database_s=seconds,
            breakers=upstreams.breaker_states() if upstreams is not None else {},
            session=await _session(bot, is_database_there=seconds is not None) if bot is not None else None,
        )

    async def _missing(self) -> tuple[float | None, dict[Part, str]]:
        """Return how many seconds the database took, None where it does not answer, and a reason by each part."""
        upstreams = self._upstreams
        seconds, missing_of_database = await ask_database(self._ping)
        return seconds, {
            "discord": missing_of_discord(self._bot),
            "database": missing_of_database,
            "chat": missing_of_chat(upstreams.resting()) if upstreams is not None else "not open yet",
        }


async def _session(bot: Watched, *, is_database_there: bool) -> Session:
    orders = None
    if is_database_there:
        with suppress(StoreError, TimeoutError):  # it may go away in between
            async with asyncio.timeout(PATIENCE_S):
                orders = await bot.services.orders.counts()
    return Session(
        refused=bot.ledger.refused,
        edited=bot.ledger.edited,
        waiting=bot.services.chat.waiting,
        under_way=len(bot.work),
        latencies=tuple(bot.latencies),
        orders=orders,
    )


def _versions() -> dict[str, str]:
    try:
        own = version("grokcord")
    except PackageNotFoundError:  # started from a folder that was not installed
        own = "unknown"
    return {"version": own, "python": platform.python_version(), "discordpy": version("discord.py")}
