"""What Discord's rate limits allow right now, learnt from the headers of every reply.

Pure bookkeeping: no waiting, no sockets; the clock is handed in. `bot.ui.pacer` does the waiting.
Source of the headers: Discord, "Rate Limits"; of the figures behind the rules: discord-api-docs #2701, #7243.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

GLOBAL_PER_S = 50  # Discord: "All bots can make up to 50 requests per second to our API"
GLOBAL_SPARE = 6  # kept free of ordinary edits, for first texts, last texts and everything else the bot sends
BUCKET_SPARE = 1  # one call of each window is kept for the last text
UNKNOWN_GAP_S = 1.0  # between edits on a server that sends no rate limit headers
LEAST_GAP_S = 0.35  # faster than this nobody reads, and every edit costs
CLOCK_MARGIN_S = 0.015  # header times are cut to milliseconds; a window must have ended on their clock too

_WEBHOOK = re.compile(r"/webhooks/(\d+)/([^/?]+)")
_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
_CHANNEL = re.compile(r"/channels/(\d+)(/[^?]*)?")
_ID = re.compile(r"\d{15,}")


class Route(NamedTuple):
    """What Discord counts a request by. path: ids replaced by ":id". major: channel, or webhook and token."""

    method: str
    path: str
    major: str
    counts_globally: bool = True


def route_of(method: str, path: str) -> Route:
    """Return the route of one request. Interaction callbacks are documented as free of the global limit."""
    if found := _CALLBACK.search(path):
        return Route(method, "/interactions/callback", found[0], counts_globally=False)
    if found := _WEBHOOK.search(path):
        return Route(method, "/webhooks" + _ID.sub(":id", path[found.end() :]), f"{found[1]}/{found[2]}")
    if found := _CHANNEL.search(path):
        return Route(method, "/channels" + _ID.sub(":id", found[2] or ""), found[1])
    return Route(method, _ID.sub(":id", path), "")


@dataclass(slots=True)
class Bucket:
    """One window of calls. `remaining` is what the newest reply of this window said; `paced_at` keeps edits even."""

    limit: int = 1
    remaining: int = 1
    reset_at: float = -inf
    paced_at: float = -inf
    in_flight: int = 0

    def free(self, now: float) -> int:
        """Return how many calls are left at a time not before now."""
        return (self.limit if now >= self.reset_at else self.remaining) - self.in_flight


@dataclass(frozen=True, slots=True)
class Claim:
    """A place taken in the limits, from `started` until `ended` or `withdrawn`."""

    route: Route
    bucket: Bucket


class RateLedger:
    """Every bucket and the global limit, as far as the replies so far tell.

    clock: seconds, monotonic. A bucket nobody has heard of yet takes one request at a time.
    """

    def __init__(self, clock: Callable[[], float], *, per_second: int = GLOBAL_PER_S) -> None:
        self._clock = clock
        self._per_second = per_second
        self._ids: dict[str, str] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._recent: deque[float] = deque()
        self._global_in_flight = 0
        self._global_closed_until = -inf
        self.refused = 0

    def started(self, route: Route) -> Claim:
        """Count a request that leaves now, or that has been promised its place."""
        bucket = self._buckets.setdefault(self._key(route), Bucket())
        bucket.in_flight += 1
        self._global_in_flight += route.counts_globally
        return Claim(route, bucket)

    def withdrawn(self, claim: Claim) -> None:
        """Take back a `started` whose request never reached Discord."""
        claim.bucket.in_flight -= 1
        self._global_in_flight -= claim.route.counts_globally

    def ended(self, claim: Claim, status: int, headers: Mapping[str, str]) -> None:
        """Learn from a reply; ends what `started` began."""
        now = self._clock()
        self.withdrawn(claim)
        if claim.route.counts_globally:
            self._recent.append(now)
        bucket = self._named(claim, headers.get("X-RateLimit-Bucket"))
        if status == 429:
            self._refuse(bucket, headers, now)
        elif "X-RateLimit-Remaining" in headers:
            _learn_window(bucket, headers, now)
        else:
            bucket.paced_at = now + UNKNOWN_GAP_S
        self._sweep(now)

    def ready_at(self, route: Route, *, may_spend_spare: bool, is_paced: bool) -> float:
        """Return when a request on this route may leave: a time not after now means at once.

        may_spend_spare: take the last call of a window too. is_paced: keep the even pace of the window.
        `inf`: not before some request in flight has come back.
        """
        now = self._clock()
        bucket = self._buckets.get(self._key(route))
        if bucket is None:
            return now
        needed = 1 if may_spend_spare or bucket.limit <= BUCKET_SPARE else 1 + BUCKET_SPARE
        at = max(now, bucket.paced_at) if is_paced else now
        if bucket.free(at) >= needed:
            return at
        return max(at, bucket.reset_at) if bucket.limit - bucket.in_flight >= needed else inf

    def globally_ready_at(self, *, is_urgent: bool) -> float:
        """Return when the whole bot may send one more request; `inf` as in `ready_at`."""
        now = self._clock()
        while self._recent and self._recent[0] <= now - 1.0 - CLOCK_MARGIN_S:
            self._recent.popleft()
        allowed = self._per_second - (0 if is_urgent else GLOBAL_SPARE)
        excess = self._global_in_flight + len(self._recent) - allowed
        if excess < 0:
            return max(now, self._global_closed_until)
        if excess >= len(self._recent):
            return inf
        return max(self._recent[excess] + 1.0 + CLOCK_MARGIN_S, self._global_closed_until)

    def _key(self, route: Route) -> tuple[str, str]:
        own, family = _names(route)
        return self._ids.get(own) or self._ids.get(family, family), route.major

    def _named(self, claim: Claim, bucket_id: str | None) -> Bucket:
        """Return the bucket a reply speaks of, under the name that Discord gives it from now on."""
        old = self._key(claim.route)
        if bucket_id is not None and bucket_id != old[0]:
            own, family = _names(claim.route)
            self._ids[own] = bucket_id
            self._ids.setdefault(family, bucket_id)
            for key in [key for key in self._buckets if key[0] in {own, family}]:
                self._buckets.setdefault((bucket_id, key[1]), self._buckets.pop(key))
        return self._buckets.setdefault(self._key(claim.route), Bucket())

    def _refuse(self, bucket: Bucket, headers: Mapping[str, str], now: float) -> None:
        self.refused += 1
        until = now + _seconds(headers.get("Retry-After"), UNKNOWN_GAP_S) + CLOCK_MARGIN_S
        if headers.get("X-RateLimit-Scope") == "global" or headers.get("X-RateLimit-Global"):
            self._global_closed_until = max(self._global_closed_until, until)
        else:
            bucket.remaining, bucket.reset_at, bucket.paced_at = 0, until, until

    def _sweep(self, now: float) -> None:
        """Forget windows that ended long ago: each interaction has buckets of its own."""
        if len(self._buckets) < 512:
            return
        dead = {key for key, bucket in self._buckets.items() if not bucket.in_flight and bucket.reset_at < now - 60}
        for key in dead:
            del self._buckets[key]


def _names(route: Route) -> tuple[str, str]:
    """Return what a route and its family are called until Discord names their buckets.

    All calls of one interaction are taken to share a bucket until Discord says otherwise.
    """
    own = f"{route.method} {route.path}"
    return own, "/webhooks" if route.path.startswith("/webhooks") else own


def _learn_window(bucket: Bucket, headers: Mapping[str, str], now: float) -> None:
    """Take over limit, remaining and reset, and spread the calls that are left over the time that is left."""
    remaining = int(_seconds(headers.get("X-RateLimit-Remaining"), 0))
    reset_after = _seconds(headers.get("X-RateLimit-Reset-After"), UNKNOWN_GAP_S)
    reset_at = now + reset_after + CLOCK_MARGIN_S
    is_same_window = reset_at < bucket.reset_at + 0.1
    bucket.limit = max(1, int(_seconds(headers.get("X-RateLimit-Limit"), 1)))
    bucket.remaining = min(remaining, bucket.remaining) if is_same_window and now < bucket.reset_at else remaining
    bucket.reset_at = reset_at
    gap = reset_after / bucket.remaining if bucket.remaining > BUCKET_SPARE else reset_after + CLOCK_MARGIN_S
    bucket.paced_at = now + max(gap, LEAST_GAP_S)


def _seconds(value: str | None, default: float) -> float:
    try:
        return float(value) if value is not None else default
    except ValueError:
        return default
