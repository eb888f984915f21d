"""What Discord's rate limits allow right now, learnt from the headers of every reply.

Pure bookkeeping: no waiting, no sockets; the clock is handed in. `bot.ui.pacer` does the waiting.
Source of the headers: Discord, "Rate Limits"; of the figures behind the rules: discord-api-docs #2701, #7243.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

GLOBAL_PER_S = 50  # Discord: "All bots can make up to 50 requests per second to our API"
GLOBAL_LEAST_PER_S = 4  # of one process, however many share the limit: with fewer none of them would be live
GLOBAL_SPARE = 6  # kept free of ordinary edits, for first texts, last texts and everything else the bot sends
BUCKET_SPARE = 1  # one call of each window is kept for the last text
UNKNOWN_GAP_S = 1.0  # between edits on a server that sends no rate limit headers
LEAST_GAP_S = 0.35  # faster than this nobody reads, and every edit costs
MOST_BUCKETS = 512  # more than these are looked through for forgettable ones
FORGET_AFTER_S = 60.0
CLOCK_MARGIN_S = 0.015  # header times are cut to milliseconds; a window must have ended on their clock too

_Names = tuple[str, str]  # of a route, and of its family

_WEBHOOK = re.compile(r"/webhooks/(\d+)/([^/]+)")
_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
_CHANNEL = re.compile(r"/channels/(\d+)(/.*)?")
_ID = re.compile(r"\d{15,}")


class Route(NamedTuple):
    """What Discord counts a request by. path: ids replaced by ":id". major: channel, or webhook and token."""

    method: str
    path: str
    major: str
    counts_globally: bool = True


def route_of(method: str, path: str) -> Route:
    """Return the route of one request. Interaction callbacks are documented as free of the global limit."""
    path = path.partition("?")[0]
    if found := _CALLBACK.search(path):
        return Route(method, "/interactions/callback", found[0], counts_globally=False)
    if found := _WEBHOOK.search(path):
        return Route(method, "/webhooks" + _ID.sub(":id", path[found.end() :]), f"{found[1]}/{found[2]}")
    if found := _CHANNEL.search(path):
        return Route(method, "/channels" + _ID.sub(":id", found[2] or ""), found[1])
    return Route(method, _ID.sub(":id", path), "")


@dataclass(slots=True)
class Bucket:
    """One window of calls, as far as replies tell.

    remaining: what was left of the window when its newest reply was written. from_at, reset_at: the window ends between
    these two, because a reply says how long it lasts but not how long the reply itself took. told_at: when that was
    learnt. period_s: the longest a window was ever seen to last. unseen: when requests were given up that `remaining`
    may not include; each counts until a later one has its reply, or its window must have ended. paced_at: when the next
    even edit is due.
    """

    limit: int = 1
    remaining: int = 1
    from_at: float = -inf
    reset_at: float = -inf
    told_at: float = -inf
    period_s: float = 0.0
    unseen: list[float] = field(default_factory=list)
    paced_at: float = -inf

    def left(self, now: float) -> int:
        """Return how many calls the window has at a time not before now, those in flight included."""
        return (self.limit if now >= self.reset_at else self.remaining) - sum(now < end for end in self._unseen_ends())

    def next_with(self, needed: int, now: float) -> float:
        """Return when so many calls are left, now or later; `inf` when that takes a reply first."""
        times = [now, *sorted(at for at in (self.reset_at, *self._unseen_ends()) if at > now)]
        return next((at for at in times if self.left(at) >= needed), inf)

    def _unseen_ends(self) -> list[float]:
        return [at + self.period_s + CLOCK_MARGIN_S for at in self.unseen]

    def close(self, now: float, until: float) -> None:
        """Let nothing through before `until`."""
        self.remaining, self.from_at, self.reset_at, self.told_at, self.paced_at = 0, -inf, until, now, until

    def learn(self, window: Window, now: float) -> None:
        """Take over what a reply says, unless it is older news than what is known: replies overtake each other."""
        self.limit = window.limit
        self.period_s = max(self.period_s, window.reset_after_s)
        from_at, reset_at = window.sent_at + window.reset_after_s, now + window.reset_after_s + CLOCK_MARGIN_S
        if now >= self.reset_at or from_at >= self.reset_at:
            self.remaining, self.from_at, self.reset_at = window.remaining, from_at, reset_at
        else:  # the same window, or one of two neighbours: believe the worse
            self.remaining = min(self.remaining, window.remaining)
            if now >= self.from_at:
                self.reset_at = max(self.reset_at, reset_at)
            elif window.sent_at >= self.told_at:
                self.from_at, self.reset_at = max(self.from_at, from_at), min(self.reset_at, reset_at)
        self.unseen = [at for at in self.unseen if at > window.sent_at]
        self.told_at = now
        gap_s = window.reset_after_s / self.remaining if self.remaining > BUCKET_SPARE else reset_at - now
        self.paced_at = now + max(gap_s, LEAST_GAP_S)

    def miss(self, now: float) -> None:
        """Count a call that may have arrived although no reply told so."""
        if self.period_s:
            self.unseen.append(now)


class Window(NamedTuple):
    """What one reply says of its bucket. sent_at: when its request left, by our clock."""

    limit: int
    remaining: int
    reset_after_s: float
    sent_at: float


class Claim(NamedTuple):
    """A place taken in the limits, from `started_at` until `ended`, `lost` or `withdrawn`."""

    route: Route
    started_at: float


class RateLedger:
    """Every bucket and the global limit, as far as the replies so far tell.

    clock: seconds, monotonic. processes: how many share the global limit, of which each takes its part without asking.
    A bucket nobody has heard of yet takes one request at a time.
    """

    def __init__(self, clock: Callable[[], float], *, processes: int = 1) -> None:
        self._clock = clock
        self._per_second = max(GLOBAL_PER_S // processes, GLOBAL_LEAST_PER_S)
        self._ordinary_per_s = self._per_second - min(GLOBAL_SPARE, self._per_second // 2)
        self._ids: dict[str, str] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._in_flight: dict[str, Counter[_Names]] = {}  # by major; a bucket's name may change meanwhile
        self._recent: deque[float] = deque()
        self._global_in_flight = 0
        self._global_closed_until = -inf
        self.refused = 0
        self.edited = 0

    @property
    def buckets_known(self) -> int:
        """How many buckets are remembered."""
        return len(self._buckets)

    def started(self, route: Route) -> Claim:
        """Count a request that leaves now, or that has been promised its place."""
        self._in_flight.setdefault(route.major, Counter())[_names(route)] += 1
        self._global_in_flight += route.counts_globally
        return Claim(route, self._clock())

    def withdrawn(self, claim: Claim) -> None:
        """Take back a `started` whose request never left."""
        flying = self._in_flight[claim.route.major]
        flying[_names(claim.route)] -= 1
        if not +flying:
            del self._in_flight[claim.route.major]
        self._global_in_flight -= claim.route.counts_globally

    def lost(self, claim: Claim) -> None:
        """End a `started` that got no reply: Discord may have counted it all the same."""
        self._arrived(claim)
        if bucket := self._buckets.get(self._key(claim.route)):
            bucket.miss(self._clock())

    def ended(self, claim: Claim, status: int, headers: Mapping[str, str]) -> None:
        """Learn from a reply; ends what `started` began."""
        now = self._clock()
        self._arrived(claim)
        self.edited += status < 300 and claim.route.method == "PATCH" and "/messages/" in claim.route.path
        bucket = self._named(claim.route, headers.get("X-RateLimit-Bucket"))
        if status == 429:
            self._refuse(bucket, headers, now)
        elif window := _window(headers, claim.started_at):
            bucket.learn(window, now)
        else:
            bucket.miss(now)
            bucket.paced_at = now + UNKNOWN_GAP_S
        self._sweep(now)

    def ready_at(self, route: Route, *, may_spend_spare: bool, is_paced: bool) -> float:
        """Return when a request on this route may leave: a time not after now means at once.

        may_spend_spare: take the last call of a window too. is_paced: keep the even pace of the window.
        `inf`: not before some request in flight has come back.
        """
        now = self._clock()
        key = self._key(route)
        bucket = self._buckets.get(key) or Bucket()
        needed = 1 if may_spend_spare or bucket.limit <= BUCKET_SPARE else 1 + BUCKET_SPARE
        needed += sum(
            count for names, count in self._in_flight.get(route.major, {}).items() if self._name(names) == key[0]
        )
        at = max(now, bucket.paced_at) if is_paced else now
        return bucket.next_with(needed, at)

    @property
    def ordinary_gap_s(self) -> float:
        """Return how far apart ordinary edits are when many answers take turns instead of leaving in bursts."""
        return 1 / self._ordinary_per_s

    def globally_ready_at(self, *, is_urgent: bool) -> float:
        """Return when the whole bot may send one more request; `inf` as in `ready_at`."""
        now = self._clock()
        while self._recent and self._recent[0] <= now - 1.0 - CLOCK_MARGIN_S:
            self._recent.popleft()
        allowed = self._per_second if is_urgent else self._ordinary_per_s
        excess = self._global_in_flight + len(self._recent) - allowed
        if excess < 0:
            return max(now, self._global_closed_until)
        if excess >= len(self._recent):
            return inf
        return max(self._recent[excess] + 1.0 + CLOCK_MARGIN_S, self._global_closed_until)

    def _key(self, route: Route) -> tuple[str, str]:
        return self._name(_names(route)), route.major

    def _name(self, names: _Names) -> str:
        own, family = names
        return self._ids.get(own) or self._ids.get(family, family)

    def _arrived(self, claim: Claim) -> None:
        self.withdrawn(claim)
        if claim.route.counts_globally:
            self._recent.append(self._clock())

    def _named(self, route: Route, bucket_id: str | None) -> Bucket:
        """Return the bucket a reply speaks of, under the name that Discord gives it from now on."""
        if bucket_id is not None and bucket_id != self._key(route)[0]:
            own, family = _names(route)
            self._ids[own] = bucket_id
            self._ids.setdefault(family, bucket_id)
            for key in [key for key in self._buckets if key[0] in {own, family}]:
                self._buckets.setdefault((bucket_id, key[1]), self._buckets.pop(key))
        return self._buckets.setdefault(self._key(route), Bucket())

    def _refuse(self, bucket: Bucket, headers: Mapping[str, str], now: float) -> None:
        self.refused += 1
        until = now + _seconds(headers.get("Retry-After"), UNKNOWN_GAP_S) + CLOCK_MARGIN_S
        if headers.get("X-RateLimit-Scope") == "global" or headers.get("X-RateLimit-Global"):
            self._global_closed_until = max(self._global_closed_until, until)
        else:
            bucket.close(now, until)

    def _sweep(self, now: float) -> None:
        """Forget windows that ended long ago: each interaction has buckets of its own."""
        if len(self._buckets) < MOST_BUCKETS:
            return
        for key in [key for key, bucket in self._buckets.items() if bucket.reset_at < now - FORGET_AFTER_S]:
            del self._buckets[key]


def _names(route: Route) -> _Names:
    """Return what a route and its family are called until Discord names their buckets.

    All calls of one interaction are taken to share a bucket until Discord says otherwise.
    """
    own = f"{route.method} {route.path}"
    return own, "/webhooks" if route.path.startswith("/webhooks") else own


def _window(headers: Mapping[str, str], sent_at: float) -> Window | None:
    """Return what the headers say of the window; None when they say nothing."""
    if "X-RateLimit-Remaining" not in headers:
        return None
    return Window(
        limit=max(1, int(_seconds(headers.get("X-RateLimit-Limit"), 1))),
        remaining=int(_seconds(headers.get("X-RateLimit-Remaining"), 0)),
        reset_after_s=max(0.0, _seconds(headers.get("X-RateLimit-Reset-After"), UNKNOWN_GAP_S)),
        sent_at=sent_at,
    )


def _seconds(value: str | None, default: float) -> float:
    try:
        return float(value) if value is not None else default
    except ValueError:
        return default
