"""One request on its way through the upstreams that may take it, until one does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import (
    MediaError,
    UpstreamBlocked,
    UpstreamError,
    UpstreamJobGone,
    UpstreamModelUnknown,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamResting,
    UpstreamUnsupported,
)
from bot.grok.allowance import Allowance
from bot.grok.breakers import Breakers
from bot.grok.client import GrokClient
from bot.grok.types import CallKind
from bot.grok.upstream import Upstream

LIMIT_PATIENCE_S = 20.0  # for an upstream's limit to let one more through, while nothing else stands in the way
_LOOK_S = 0.25

_LACKS_IT = (UpstreamModelUnknown, UpstreamUnsupported)
_ALIKE_EVERYWHERE = (UpstreamRefused, UpstreamBlocked, UpstreamJobGone, MediaError)


@dataclass(slots=True)
class Means:
    """What all tours share. allowances: by the names of upstreams. clock: seconds, monotonic."""

    breakers: Breakers
    allowances: dict[str, Allowance] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def allowance(self, upstream: Upstream) -> Allowance:
        """Return how much more an upstream may be sent."""
        return self.allowances.setdefault(upstream.name, Allowance(upstream.at_once, upstream.per_minute))


@dataclass(slots=True)
class Leg:
    """One upstream being asked. model: as it calls it. Something must become of it: `works` or `fails`."""

    upstream: Upstream
    client: GrokClient
    model: str
    _means: Means
    _kind: CallKind
    _is_probe: bool
    _is_settled: bool = False
    _has_begun: bool = False

    async def begins(self) -> None:
        """Note that a reply began: that is what a probe is for. The call counts as a success only at its end."""
        self._has_begun = True
        if self._means.breakers.of((self.upstream.name, self._kind)).rests:
            await self.works()

    async def works(self) -> None:
        """Note a success."""
        self._is_settled = True
        await self._means.breakers.works((self.upstream.name, self._kind))

    async def fails(self, error: UpstreamError) -> None:
        """Note a failure."""
        self._is_settled = True
        await self._means.breakers.note((self.upstream.name, self._kind), error, is_probe=self._is_probe)

    async def leave(self) -> None:
        """Note that nobody waits for the rest any more, unless all is told already."""
        self._means.allowance(self.upstream).leave()
        if self._has_begun and not self._is_settled:
            await self.works()
        elif not self._is_settled:
            await self._means.breakers.note((self.upstream.name, self._kind), None, is_probe=self._is_probe)


class Tour:
    """Goes from one candidate to the next. Raises what says most where none is left."""

    def __init__(self, means: Means, kind: CallKind, model: str, candidates: list[Upstream]) -> None:
        self._means = means
        self._kind: CallKind = kind
        self._model = model
        self._all = tuple(candidates)
        self._left = candidates
        self._failures: list[UpstreamError] = []
        self._until = means.clock() + LIMIT_PATIENCE_S

    @asynccontextmanager
    async def next(self) -> AsyncIterator[Leg]:
        """Enter the next upstream. Raise the UpstreamError tree where there is none."""
        upstream, is_probe = await self._chosen()
        is_resting = self._means.breakers.of((upstream.name, self._kind)).rests > 0
        leg = Leg(
            upstream,
            upstream.hasty if self._left or is_resting else upstream.client,
            upstream.own_name(self._model),
            self._means,
            self._kind,
            is_probe,
        )
        try:
            yield leg
        finally:
            await leg.leave()

    def goes_on_after(self, error: UpstreamError) -> bool:
        """Tell whether another upstream may be asked: nothing was shown yet, and nothing can have been generated.

        A request that is bad, or withheld, is so everywhere; a model or an ability that one lacks another may have.
        """
        self._failures.append(error)
        if isinstance(error, _ALIKE_EVERYWHERE) and not isinstance(error, _LACKS_IT):
            return False
        return self._kind == "chat" or not error.may_have_generated

    async def _chosen(self) -> tuple[Upstream, bool]:
        """Return who is asked, and whether that is a probe."""
        await self._means.breakers.look()
        while True:
            for upstream in self._left:
                if await self._enters(upstream):
                    self._left.remove(upstream)
                    return upstream, self._means.breakers.of((upstream.name, self._kind)).probe_at is not None
            refused = self._refused()
            if refused is not None:
                return refused, False
            if not await self._is_worth_waiting():
                raise self._verdict()

    async def _enters(self, upstream: Upstream) -> bool:
        allowance = self._means.allowance(upstream)
        if self._means.breakers.left_s((upstream.name, self._kind)) > 0 or not allowance.enter(self._means.clock()):
            return False
        passes = False
        try:
            passes = await self._means.breakers.enter((upstream.name, self._kind))
        finally:
            if not passes:  # refused, or given up while other processes were told of the probe
                allowance.leave()
        return passes

    def _refused(self) -> Upstream | None:
        """Return one whose key is refused, where nothing else is left: asking costs nothing, and its answer is true."""
        if any(isinstance(failure, UpstreamRateLimited) for failure in self._failures):
            return None
        breakers = self._means.breakers
        if not all(breakers.of((each.name, self._kind)).reason == "refused" for each in self._left):
            return None
        for upstream in self._left:
            if self._means.allowance(upstream).enter(self._means.clock()):
                self._left.remove(upstream)
                return upstream
        return None

    async def _is_worth_waiting(self) -> bool:
        """Wait a moment for an upstream that is only full; False where there is none, or it takes too long."""
        now = self._means.clock()
        full = [each for each in self._left if self._means.breakers.left_s((each.name, self._kind)) <= 0]
        if not full or now + min(self._means.allowance(each).left_s(now) for each in full) > self._until:
            return False
        await asyncio.sleep(_LOOK_S)
        return True

    def _verdict(self) -> UpstreamError:
        """Return what to raise: where one will serve again, when; else what the first said that has such a thing."""
        told = [each for each in self._failures if not isinstance(each, _LACKS_IT)] or self._failures
        busy = next((each for each in told if isinstance(each, UpstreamRateLimited)), None)
        left_s = rest_s(self._means, self._all, self._kind)
        if busy is not None:
            busy.retry_after_s = left_s or busy.retry_after_s
            return busy
        if self._left:
            return UpstreamResting(code="failed" if self._is_failed() else "busy", retry_after_s=max(left_s, 1.0))
        return told[0] if told else UpstreamModelUnknown()

    def _is_failed(self) -> bool:
        breakers = self._means.breakers
        return all(breakers.of((each.name, self._kind)).reason == "failed" for each in self._left)


def rest_s(means: Means, upstreams: Sequence[Upstream], kind: CallKind) -> float:
    """Return in how many seconds one of these may be asked. Those whose key is refused count only among themselves."""
    now, breakers = means.clock(), means.breakers
    rests = [
        max(breakers.left_s((each.name, kind)), means.allowance(each).left_s(now))
        for each in upstreams
        if not (breakers.of((each.name, kind)).rests and breakers.of((each.name, kind)).reason == "refused")
    ]
    return min(rests, default=0.0)
