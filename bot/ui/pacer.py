"""Whose turn it is to send: many live messages share Discord's limits fairly, and none is answered 429."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from math import inf

from bot.ui.ledger import RateLedger, Route


class Urgency(IntEnum):
    """Who goes first. LAST: a final text. FIRST: a first text, or a request that a person waits for. NEXT: the rest."""

    LAST = 0
    FIRST = 1
    NEXT = 2


class Ticket:
    """One message's place among all that want to be painted. At most one `wait` at a time."""

    __slots__ = ("_future", "_pacer", "is_gate", "painted_at", "route", "urgency")

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._future: asyncio.Future[None] | None = None
        self.route: Route | None = None
        self.urgency = Urgency.NEXT
        self.is_gate = False
        self.painted_at = -inf

    async def wait(self, route: Route, urgency: Urgency, *, is_gate: bool = False) -> None:
        """Return when a request on `route` may leave; its place is taken then.

        is_gate: heed only the global limit, because discord.py itself waits for the bucket.
        """
        self.route, self.urgency, self.is_gate = route, urgency, is_gate
        self._future = asyncio.get_running_loop().create_future()
        self._pacer.enter(self)
        try:
            await self._future
        except asyncio.CancelledError:
            self._pacer.leave(self)
            raise

    def hurry(self, urgency: Urgency) -> None:
        """Let a waiting ticket go earlier than it asked for."""
        if urgency < self.urgency:
            self.urgency = urgency
            self._pacer.kick()

    def grant(self) -> None:
        """End the wait (called by the pacer)."""
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    @property
    def was_granted(self) -> bool:
        """Whether the last wait ended with permission."""
        return self._future is not None and self._future.done() and not self._future.cancelled()


class _Permit:
    """A place in the ledger that was taken before its request started."""

    __slots__ = ("is_used", "route")

    def __init__(self, route: Route) -> None:
        self.route = route
        self.is_used = False


_permit: ContextVar[_Permit | None] = ContextVar("permit", default=None)


class Pacer:
    """Grants turns in order of urgency, then of who was painted longest ago."""

    def __init__(self, ledger: RateLedger, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: set[Ticket] = set()
        self._timer: asyncio.TimerHandle | None = None

    def ticket(self) -> Ticket:
        """Return a new place in the queue, for one live message."""
        return Ticket(self)

    @contextmanager
    def sending(self, route: Route) -> Iterator[None]:
        """Mark the request made inside as the one whose turn was granted, so that it is not counted twice."""
        permit = _Permit(route)
        token = _permit.set(permit)
        try:
            yield
        finally:
            _permit.reset(token)
            if not permit.is_used:
                self._ledger.withdrawn(route)
                self.kick()

    async def request_starts(self, route: Route) -> None:
        """Count a request that is about to leave; one without a granted turn first waits for the global limit."""
        permit = _permit.get()
        if permit is not None and not permit.is_used:
            permit.is_used = True
            if permit.route == route:
                return
            self._ledger.withdrawn(permit.route)
        if route.counts_globally and self._ledger.globally_ready_at(is_urgent=True) > self._clock():
            await self.ticket().wait(route, Urgency.FIRST, is_gate=True)
            return
        self._ledger.started(route)

    def request_ended(self, route: Route, status: int, headers: Mapping[str, str]) -> None:
        """Learn from a reply and see whose turn comes."""
        self._ledger.ended(route, status, headers)
        self.kick()

    def request_failed(self, route: Route) -> None:
        """Forget a request that got no reply."""
        self._ledger.withdrawn(route)
        self.kick()

    def enter(self, ticket: Ticket) -> None:
        """Queue a ticket."""
        self._waiting.add(ticket)
        self.kick()

    def leave(self, ticket: Ticket) -> None:
        """Drop a ticket whose owner stopped waiting; a place already taken is given back."""
        if ticket in self._waiting:
            self._waiting.discard(ticket)
        elif ticket.was_granted and ticket.route is not None:
            self._ledger.withdrawn(ticket.route)
            self.kick()

    def kick(self) -> None:
        """Grant every turn that can be granted now and set an alarm for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        now = self._clock()
        wake_at = inf
        for ticket in sorted(self._waiting, key=lambda waiting: (waiting.urgency, waiting.painted_at)):
            ready_at = self._ready_at(ticket)
            if ready_at > self._clock():  # read anew: the ledger looked at the clock after us
                wake_at = min(wake_at, ready_at)
                continue
            self._waiting.discard(ticket)
            ticket.painted_at = now
            if ticket.route is not None:
                self._ledger.started(ticket.route)
            ticket.grant()
        if wake_at < inf:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, wake_at - now), self.kick)

    def _ready_at(self, ticket: Ticket) -> float:
        is_urgent = ticket.urgency is not Urgency.NEXT
        globally = self._ledger.globally_ready_at(is_urgent=is_urgent)
        if ticket.is_gate or ticket.route is None:
            return globally
        return max(globally, self._ledger.ready_at(ticket.route, is_urgent=is_urgent))
