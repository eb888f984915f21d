"""Several people who order all the time, and use what they see: the buttons of their cards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle

from tests.chaos.wishes import Wish
from tests.e2e.person import Json, Person, buttons, eventually

PATIENCE_S = 30.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Placed:
    """A command that somebody used. prompt: nobody else's; words: the same as the demo Grok server counts it."""

    wish: Wish
    person: Person
    channel_id: str
    prompt: str
    words: str
    interaction_id: str


class Crowd:
    """The people, who order in turns, each time in the next room."""

    def __init__(self, people: Sequence[Person], rooms: Sequence[str]) -> None:
        self.people = tuple(people)
        self.rooms = tuple(rooms)
        self.placed: list[Placed] = []
        self._turns = cycle(people)
        self._places = cycle(rooms)
        self._numbers = count(1)
        self._deeds: set[asyncio.Task[None]] = set()

    async def online(self) -> None:
        """Wait until the bot is there."""

        async def look() -> bool:
            return bool((await self.people[0].get("state"))["bot_online"])

        await eventually(look, within_s=60, what="a bot that is online")

    async def order(self, wishes: Iterable[Wish]) -> None:
        """Order all of these, as soon as the bot is there."""
        await self.online()
        for wish in wishes:
            await self.order_one(wish, next(self._places))

    async def order_one(self, wish: Wish, room: str) -> Placed:
        """Order one thing in a room; some are cancelled, or lose their card, a moment later."""
        number, person = next(self._numbers), next(self._turns)
        words = f"{wish.name} {number}"
        prompt = f"{words} {wish.tags}".strip()
        options: list[Json] = [{"name": "prompt", "type": 3, "value": prompt}]
        if wish.count > 1:
            options.append({"name": "count", "type": 4, "value": wish.count})
        if wish.is_private:
            options.append({"name": "private", "type": 5, "value": True})
        interaction_id = await person.command(room, wish.command, options)
        placed = Placed(wish, person, room, prompt, words, interaction_id)
        self.placed.append(placed)
        if wish.then:
            self._do(placed)
        return placed

    async def rest(self) -> None:
        """End what is still to be done to cards."""
        for deed in self._deeds:
            deed.cancel()
        await asyncio.gather(*self._deeds, return_exceptions=True)

    def _do(self, placed: Placed) -> None:
        task = asyncio.create_task(self._cancel(placed) if placed.wish.then == "cancel" else self._purge(placed))
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)

    async def _cancel(self, placed: Placed) -> None:
        card = await self._card_under_way(placed)
        if card is not None:
            with suppress(AssertionError, KeyError):  # the card went on in the meantime
                await placed.person.press(card, "Cancel")

    async def _purge(self, placed: Placed) -> None:
        card = await self._card_under_way(placed)
        if card is not None:
            with suppress(AssertionError):
                await placed.person.control(f"channels/{placed.channel_id}/purge", {"messages": [card["id"]]})

    async def _card_under_way(self, placed: Placed) -> Json | None:
        """Return the card as soon as it can be cancelled; None when that never happens."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    for row in await placed.person.from_bot(placed.channel_id):
                        is_it = row.get("interaction_metadata", {}).get("id") == placed.interaction_id
                        if is_it and "Cancel" in buttons(row):
                            return row
                    await asyncio.sleep(LOOK_S)
        return None
