"""The breakers of all upstreams, and what other processes know of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, cast, get_args

from bot.errors import StoreError, UpstreamError
from bot.grok.breaker import PROBE_LIFE_S, Breaker, State, verdict
from bot.grok.types import CallKind

LOOK_S = 2.0  # how old what other processes found out may be

Key = tuple[str, CallKind]

_UNTOUCHED = Breaker()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownRest:
    """A rest as all processes know it. until: seconds since the epoch; times: how many in a row."""

    until: float
    times: int


class RestBook(Protocol):
    """Remembers rests, by the upstream and the kind of call: "name/kind". Its methods raise StoreError."""

    async def all(self) -> Mapping[str, KnownRest]:
        """Return every rest; some may be over."""
        ...

    async def keep(self, key: str, rest: KnownRest) -> None:
        """Note a rest."""
        ...

    async def end(self, key: str) -> None:
        """Note that it works again."""
        ...


class Breakers:
    """One breaker for each upstream and kind, shared with other processes by a book where there is one.

    clock: seconds since the epoch, which all processes share. A database that is away is no reason to ask nothing.
    """

    def __init__(self, clock: Callable[[], float], book: RestBook | None = None) -> None:
        self._clock = clock
        self._book = book
        self._breakers: dict[Key, Breaker] = {}
        self._written: set[Key] = set()  # what stands in the book
        self._looked_at = float("-inf")

    def of(self, key: Key) -> Breaker:
        """Return a breaker."""
        return self._breakers.setdefault(key, Breaker())

    def left_s(self, key: Key) -> float:
        """Return how long nothing may be asked, 0.0: it may now."""
        return self.of(key).left_s(self._clock())

    def resting(self) -> list[tuple[Key, Breaker]]:
        """Return those that are open now."""
        now = self._clock()
        return [(key, each) for key, each in self._breakers.items() if each.state(now) == "open"]

    def state(self, key: Key) -> State:
        """Return how a breaker stands now."""
        return self._breakers.get(key, _UNTOUCHED).state(self._clock())

    def forget(self, name: str) -> None:
        """Forget an upstream that is another one now, although it has the name."""
        for key in [key for key in self._breakers if key[0] == name]:
            del self._breakers[key]

    async def look(self) -> None:
        """Take over what other processes found out."""
        now = self._clock()
        if self._book is None or 0 <= now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        with suppress(StoreError):
            known = await self._book.all()
            for name, _, kind in (key.rpartition("/") for key in known):
                if kind in get_args(CallKind):
                    self.of((name, cast("CallKind", kind)))  # as the line above says
            for key, breaker in self._breakers.items():
                self._take_over(key, breaker, known.get(_written(key)))

    async def enter(self, key: Key) -> bool:
        """Tell whether a call may pass; others are told of a probe, so that it stays the only one."""
        breaker, now = self.of(key), self._clock()
        if not breaker.enter(now):
            return False
        if breaker.probe_at is not None:
            try:
                await self._keep(key, KnownRest(now + PROBE_LIFE_S, breaker.rests))
            except BaseException:  # given up meanwhile: there will be no probe
                breaker.says_nothing()
                raise
        return True

    async def works(self, key: Key) -> None:
        """Note a success, or that a reply began."""
        breaker = self.of(key)
        if breaker.rests:
            log.info("works again upstream=%s kind=%s", *key)
        breaker.works()
        if key in self._written and self._book is not None:
            self._written.discard(key)
            with suppress(StoreError):
                await self._book.end(_written(key))

    async def note(self, key: Key, error: UpstreamError | None, *, is_probe: bool) -> None:
        """Note what an error tells of its upstream; None: a call was given up before it told anything.

        is_probe: the breaker waits for this call's word. Of any other, it is no news that it says nothing.
        """
        if not is_probe and (error is None or verdict(error) == "says nothing"):
            return
        breaker, now = self.of(key), self._clock()
        before = (breaker.until, breaker.rests)
        was_probe = breaker.probe_at is not None
        if error is None:
            breaker.says_nothing()
        else:
            breaker.note(error, now)
        if breaker.rests and (was_probe or (breaker.until, breaker.rests) != before):
            if breaker.state(now) == "open":
                log.warning(
                    "rests upstream=%s kind=%s seconds=%.0f reason=%s", *key, breaker.left_s(now), breaker.reason
                )
            await self._keep(key, KnownRest(breaker.until, breaker.rests))
        elif not breaker.rests and before[1]:
            await self.works(key)

    async def _keep(self, key: Key, rest: KnownRest) -> None:
        if self._book is None or self.of(key).reason == "refused":
            return  # a refused key is this process's own: another may have been started with the right one
        with suppress(StoreError):
            await self._book.keep(_written(key), rest)
            self._written.add(key)

    def _take_over(self, key: Key, breaker: Breaker, known: KnownRest | None) -> None:
        if breaker.probe_at is not None or (breaker.rests and breaker.reason == "refused"):
            return
        if known is not None:
            self._written.add(key)
            breaker.until, breaker.rests = known.until, max(known.times, 1)
        elif key in self._written:
            self._written.discard(key)
            breaker.works()


def _written(key: Key) -> str:
    return f"{key[0]}/{key[1]}"
