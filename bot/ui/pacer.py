"""Whose turn it is to send: many live messages share Discord's limits fairly, and none is answered 429."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from math import inf

from bot.ui.ledger import Claim, RateLedger, Route


class Urgency(IntEnum):
    """Who goes first.

    LAST: a final text. FIRST: a first text, or a request that a person waits for; these two may spend the spare call
    of a window. PAGE: a text that goes on in a new message. NEXT: everything else, evenly spread over its window.
    PAGE and NEXT take turns with one another, so that long answers do not push short ones aside.
    """

    LAST = 0
    FIRST = 1
    PAGE = 2
    NEXT = 3


class Ticket:
    """One message's place among all that want to be painted. At most one `wait` at a time."""

    __slots__ = ("_future", "_pacer", "is_gate", "painted_at", "route", "urgency")

    route: Route

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._future: asyncio.Future[Claim] | None = None
        self.urgency = Urgency.NEXT
        self.is_gate = False
        self.painted_at = -inf

    async def wait(self, route: Route, urgency: Urgency, *, is_gate: bool = False) -> Claim:
        """Return the place of a request on `route`, when it may leave.

        is_gate: heed only the global limit, because discord.py itself waits for the bucket.
        """
        self.route, self.urgency, self.is_gate = route, urgency, is_gate
        self._future = asyncio.get_running_loop().create_future()
        self._pacer.enter(self)
        try:
            return await self._future
        except asyncio.CancelledError:
            self._pacer.leave(self, self._granted())
            raise

    def hurry(self, urgency: Urgency) -> None:
        """Let a waiting ticket go earlier than it asked for."""
        if urgency < self.urgency:
            self.urgency = urgency
            self._pacer.kick()

    def grant(self, claim: Claim) -> None:
        """End the wait (called by the pacer)."""
        if self._future is not None and not self._future.done():
            self._future.set_result(claim)

    def _granted(self) -> Claim | None:
        is_granted = self._future is not None and self._future.done() and not self._future.cancelled()
        return self._future.result() if self._future is not None and is_granted else None


class _Permit:
    """A place in the ledger that was taken before its request started."""

    __slots__ = ("claim", "is_used")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.is_used = False


_permit: ContextVar[_Permit | None] = ContextVar("permit", default=None)


class Pacer:
    """Grants turns in order of urgency, then of who was painted longest ago."""

    def __init__(self, ledger: RateLedger, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: dict[Ticket, None] = {}  # in the order of arrival, which settles ties
        self._timer: asyncio.TimerHandle | None = None
        self._ordinary_at = -inf

    def ticket(self) -> Ticket:
        """Return a new place in the queue, for one live message."""
        return Ticket(self)

    @contextmanager
    def sending(self, claim: Claim) -> Iterator[None]:
        """Mark the request made inside as the one whose turn was granted, so that it is not counted twice."""
        permit = _Permit(claim)
        token = _permit.set(permit)
        try:
            yield
        finally:
            _permit.reset(token)
            if not permit.is_used:
                self._give_back(claim)

    async def request_starts(self, route: Route) -> Claim:
        """Count a request that is about to leave; one without a granted turn first waits for the global limit."""
        permit = _permit.get()
        if permit is not None and not permit.is_used:
            permit.is_used = True
            if permit.claim.route == route:
                return permit.claim
            self._give_back(permit.claim)
        if route.counts_globally and self._ledger.globally_ready_at(is_urgent=True) > self._clock():
            return await self.ticket().wait(route, Urgency.FIRST, is_gate=True)
        return self._ledger.started(route)

    def request_ended(self, claim: Claim, status: int, headers: Mapping[str, str]) -> None:
        """Learn from a reply and see whose turn comes."""
        self._ledger.ended(claim, status, headers)
        self.kick()

    def request_failed(self, claim: Claim) -> None:
        """End a request that got no reply; Discord may have counted it."""
        self._ledger.lost(claim)
        self.kick()

    def enter(self, ticket: Ticket) -> None:
        """Queue a ticket."""
        self._waiting[ticket] = None
        self.kick()

    def leave(self, ticket: Ticket, claim: Claim | None) -> None:
        """Drop a ticket whose owner stopped waiting; a place already taken is given back."""
        self._waiting.pop(ticket, None)
        if claim is not None:
            self._give_back(claim)

    def kick(self) -> None:
        """Grant every turn that can be granted now and set an alarm for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        now, gap_s = self._clock(), self._ledger.ordinary_gap_s
        wake_at = inf
        for ticket in sorted(
            self._waiting, key=lambda waiting: (min(waiting.urgency, Urgency.PAGE), waiting.painted_at)
        ):
            ready_at = self._ready_at(ticket)
            if ready_at > self._clock():  # read anew: the ledger looked at the clock after us
                wake_at = min(wake_at, ready_at)
                continue
            self._waiting.pop(ticket, None)
            ticket.painted_at = now
            if not _is_urgent(ticket):
                self._ordinary_at = max(self._ordinary_at, now - gap_s) + gap_s
            ticket.grant(self._ledger.started(ticket.route))
        if wake_at < inf:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, wake_at - now), self.kick)

    def _give_back(self, claim: Claim) -> None:
        self._ledger.withdrawn(claim)
        self.kick()

    def _ready_at(self, ticket: Ticket) -> float:
        is_urgent = _is_urgent(ticket)
        globally = self._ledger.globally_ready_at(is_urgent=is_urgent)
        if ticket.is_gate:
            return globally
        on_route = self._ledger.ready_at(
            ticket.route, may_spend_spare=is_urgent, is_paced=ticket.urgency is Urgency.NEXT
        )
        return max(globally, on_route, -inf if is_urgent else self._ordinary_at)


def _is_urgent(ticket: Ticket) -> bool:
    """Whether a ticket may spend what is kept in reserve, of its bucket and of the whole bot."""
    return ticket.urgency <= Urgency.FIRST
