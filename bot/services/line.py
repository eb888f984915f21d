"""The line in which questions wait for their turn: fair to people, and to channels."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Self


class Spot:
    """Somebody's place in the line: from `async with` on they wait, then it is their turn until they leave.

    Leaving is safe at any moment, also by a cancellation.
    """

    def __init__(self, line: Line, channel_id: int, person_id: int) -> None:
        self.channel_id = channel_id
        self.person_id = person_id
        self._line = line
        self._place = 0
        self._shown = 0
        self._changed = asyncio.Event()

    @property
    def place(self) -> int:
        """How many turns away it is: 1 is next, 0 means that it is this one's turn."""
        self._shown = self._place
        return self._place

    async def moved(self) -> None:
        """Return when the place is another than the one last looked at."""
        while self._place == self._shown:
            self._changed.clear()
            await self._changed.wait()

    def move(self, place: int) -> None:
        """Take another place; for the line only."""
        if place != self._place:
            self._place = place
            self._changed.set()

    async def __aenter__(self) -> Self:
        self._line.join(self)
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._line.leave(self)


class Line:
    """Lets `at_once` questions be answered at a time, and no more than `per_channel` of one channel.

    Who waits is served in turns: the channels one after the other, and within a channel its people one after the other,
    so that twenty questions of one person hold up neither the others there nor another channel.
    """

    def __init__(self, at_once: int, per_channel: int) -> None:
        self._at_once = at_once
        self._per_channel = per_channel
        self._waiting: dict[int, dict[int, list[Spot]]] = {}  # by channel, then person: both in the order of turns
        self._serving: dict[Spot, int] = {}  # and their channels
        self._is_calm = asyncio.Event()
        self._is_calm.set()

    def stand(self, channel_id: int, person_id: int) -> Spot:
        """Return a spot, to be entered with `async with`."""
        return Spot(self, channel_id, person_id)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(len(spots) for people in self._waiting.values() for spots in people.values())

    async def calm(self) -> None:
        """Return when nobody waits."""
        await self._is_calm.wait()

    def join(self, spot: Spot) -> None:
        """Let a spot wait, or serve it at once when there is room."""
        self._waiting.setdefault(spot.channel_id, {}).setdefault(spot.person_id, []).append(spot)
        self._serve()

    def leave(self, spot: Spot) -> None:
        """Take a spot out, whether it waited or was served; whoever is next moves up."""
        if self._serving.pop(spot, None) is None:
            self._remove(spot)
        self._serve()

    def _serve(self) -> None:
        while len(self._serving) < self._at_once and (spot := self._next()) is not None:
            self._remove(spot)
            self._to_the_end(spot)
            self._serving[spot] = spot.channel_id
            spot.move(0)
        for place, spot in enumerate(self._in_turns(), 1):
            spot.move(place)
        if self._waiting:
            self._is_calm.clear()
        else:
            self._is_calm.set()

    def _next(self) -> Spot | None:
        busy = Counter(self._serving.values())
        for channel_id, people in self._waiting.items():
            if busy[channel_id] < self._per_channel:
                return next(iter(people.values()))[0]
        return None

    def _remove(self, spot: Spot) -> None:
        people = self._waiting[spot.channel_id]
        people[spot.person_id].remove(spot)
        if not people[spot.person_id]:
            del people[spot.person_id]
        if not people:
            del self._waiting[spot.channel_id]

    def _to_the_end(self, spot: Spot) -> None:
        """Let the channel and the person who were just served wait for the others now."""
        people = self._waiting.pop(spot.channel_id, None)
        if people is None:
            return
        if (theirs := people.pop(spot.person_id, None)) is not None:
            people[spot.person_id] = theirs
        self._waiting[spot.channel_id] = people

    def _in_turns(self) -> Iterator[Spot]:
        """Yield who waits in the order in which they will be served as far as can be told now."""
        return _alternating([_alternating(list(people.values())) for people in self._waiting.values()])


def _alternating(queues: list[list[Spot]] | list[Iterator[Spot]]) -> Iterator[Spot]:
    """Yield one of each queue, then the next of each, until all are through."""
    left = [iter(queue) for queue in queues]
    while left:
        still: list[Iterator[Spot]] = []
        for queue in left:
            if (spot := next(queue, None)) is not None:
                still.append(queue)
                yield spot
        left = still
