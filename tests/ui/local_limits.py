"""A small model of Discord's rate limits, written from Discord's documents and not from the code under test.

A bucket is a window that begins with its first request and lasts a fixed time; the whole bot may send 50 requests in
any second. Replies arrive late, each way by a delay of its own, and so out of order.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ui.ledger import Route
from bot.ui.pacer import Pacer
from tests.ui.virtual_time import now


@dataclass(frozen=True)
class Rule:
    """`limit` requests a window. bucket: its name in the headers. limit 0: any number, and no headers."""

    bucket: str
    limit: int
    window_s: float


@dataclass
class Window:
    ends_at: float
    used: int = 0


@dataclass
class LocalLimits:
    """Counts what arrives and answers as Discord does."""

    rule_of: Callable[[Route], Rule]
    per_second: int = 50
    arrivals: list[tuple[float, Route, int]] = field(default_factory=list)
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _second: deque[float] = field(default_factory=deque)

    @property
    def refused(self) -> list[tuple[float, Route]]:
        return [(at, route) for at, route, status in self.arrivals if status == 429]

    def receive(self, route: Route) -> tuple[int, dict[str, str]]:
        status, headers = self._judge(route, now())
        self.arrivals.append((now(), route, status))
        return status, headers

    def _judge(self, route: Route, at: float) -> tuple[int, dict[str, str]]:
        while self._second and self._second[0] <= at - 1.0:
            self._second.popleft()
        if route.counts_globally:
            if len(self._second) >= self.per_second:
                wait = f"{self._second[0] + 1 - at:.3f}"
                return 429, {"Retry-After": wait, "X-RateLimit-Scope": "global", "X-RateLimit-Global": "true"}
            self._second.append(at)
        rule = self.rule_of(route)
        if not rule.limit:
            return 200, {}
        window = self._windows.get((rule.bucket, route.major))
        if window is None or at >= window.ends_at:
            window = self._windows[rule.bucket, route.major] = Window(at + rule.window_s)
        headers = {
            "X-RateLimit-Bucket": rule.bucket,
            "X-RateLimit-Limit": str(rule.limit),
            "X-RateLimit-Reset-After": f"{window.ends_at - at:.3f}",
            "X-RateLimit-Remaining": str(max(0, rule.limit - window.used - 1)),
        }
        if window.used >= rule.limit:
            return 429, headers | {"Retry-After": headers["X-RateLimit-Reset-After"], "X-RateLimit-Scope": "user"}
        window.used += 1
        return 200, headers


@dataclass
class Wire:
    """Carries requests to the limits and replies back, as discord.py's `http_trace` hook would tell the pacer.

    lost_share: of the requests, how many get no reply although they arrived. The first reply of a bucket is never lost:
    nobody could know what its request has cost.
    """

    pacer: Pacer
    limits: LocalLimits
    chance: random.Random
    most_delay_s: float = 0.0
    lost_share: float = 0.0
    in_flight: int = 0
    heard_of: set[tuple[str, str]] = field(default_factory=set)

    async def request(self, route: Route) -> int:
        """Send one request and return its status. Raises ConnectionError for a lost one."""
        claim = await self.pacer.request_starts(route)
        self.in_flight += 1
        try:
            await asyncio.sleep(self.chance.uniform(0, self.most_delay_s))
            status, headers = self.limits.receive(route)
            await asyncio.sleep(self.chance.uniform(0, self.most_delay_s))
            bucket = (self.limits.rule_of(route).bucket, route.major)
            if bucket in self.heard_of and self.chance.random() < self.lost_share:
                raise ConnectionError("no reply")
        except BaseException:
            self.pacer.request_failed(claim)
            raise
        finally:
            self.in_flight -= 1
        self.heard_of.add(bucket)
        self.pacer.request_ended(claim, status, headers)
        return status
