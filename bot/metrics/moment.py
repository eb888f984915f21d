"""What is looked up when it is asked for: one moment of the bot, as families of samples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.grok.breaker import State
from bot.grok.types import CallKind
from bot.metrics.readiness import PARTS, Part

STATES: Mapping[State, int] = {"closed": 0, "half-open": 1, "open": 2}


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of the bot while it serves shards. orders: by kind and state; None when nobody can say."""

    refused: int
    edited: int
    waiting: int
    under_way: int
    latencies: tuple[tuple[int, float], ...]
    orders: Mapping[tuple[str, str], int] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """The bot at a moment. missing: of each part, "" for nothing. session: None while it serves no shards."""

    missing: Mapping[Part, str] = field(default_factory=lambda: dict.fromkeys(PARTS, "not looked at yet"))
    database_s: float | None = None
    breakers: Mapping[tuple[str, CallKind], State] = field(default_factory=dict)
    session: Session | None = None


class MomentCollector(Collector):
    """Tells the newest moment. build: versions, by what they are of."""

    def __init__(self, build: Mapping[str, str]) -> None:
        self.moment = Moment()
        self._build = dict(build)

    def collect(self) -> Iterator[Metric]:
        """Yield every family; those about which nothing is known have no samples."""
        yield InfoMetricFamily("grokcord_build", "Versions.", self._build)
        moment, session = self.moment, self.moment.session
        ready = [((part,), float(not moment.missing[part])) for part in PARTS]
        yield _gauge("grokcord_ready", "1 where a part works as far as /readyz can tell.", ["part"], ready)
        database = [] if moment.database_s is None else [((), moment.database_s)]
        yield _gauge("grokcord_database_seconds", "How long the database took to answer just now.", [], database)
        breakers = [(key, float(STATES[state])) for key, state in moment.breakers.items()]
        yield _gauge(
            "grokcord_breaker_state", "0 closed, 1 half-open, 2 open: not asked.", ["upstream", "kind"], breakers
        )
        yield from _families(session)


def _families(session: Session | None) -> Iterator[Metric]:
    refused, edited = (session.refused, session.edited) if session else (None, None)
    yield _counter("grokcord_discord_429", "Replies of Discord with status 429.", refused)
    yield _counter("grokcord_edits", "Messages that were edited.", edited)
    orders = (session.orders if session else None) or {}
    waiting: list[_Sample] = []
    if session is not None:
        waiting.append((("answers",), session.waiting))
        if session.orders is not None:
            waiting.append((("orders",), sum(n for (_, state), n in orders.items() if state == "queued")))
    yield _gauge("grokcord_waiting", "How many wait for their turn.", ["line"], waiting)
    under_way = [((), session.under_way)] if session else []
    yield _gauge("grokcord_answers_under_way", "Tasks that answer somebody.", [], under_way)
    yield _gauge("grokcord_orders", "Remembered orders of this process.", ["kind", "state"], sorted(orders.items()))
    latencies = session.latencies if session else ()
    known = [((str(shard),), seconds) for shard, seconds in latencies if math.isfinite(seconds)]
    yield _gauge("grokcord_shard_latency_seconds", "How long the newest heartbeat took.", ["shard"], known)


_Sample = tuple[tuple[str, ...], float]


def _gauge(name: str, told: str, labels: list[str], samples: Iterable[_Sample]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _counter(name: str, told: str, value: int | None) -> Metric:
    family = CounterMetricFamily(name, told, labels=[])
    if value is not None:
        family.add_metric([], value)
    return family
