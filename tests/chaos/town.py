"""Everything that stands in the local Discord in the end, as its people see it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.e2e.person import LOADING, Json, Person, buttons, texts

PAGE = 100
_FILE = re.compile(r"grok-(\d+)(?:-\d+)?\.")
_ORDER = re.compile(r"grokcord:order:1:[a-z]+:(\d+)")


@dataclass(slots=True)
class Sights:
    """Messages of the bot's. cards: by the order that their buttons belong to. files: how many of an order's stand in
    which message. pings: by the message that they speak of. thinking: cards that never became one.
    """

    messages: dict[str, Json] = field(default_factory=dict)
    cards: dict[int, Json] = field(default_factory=dict)
    files: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pings: Counter[str] = field(default_factory=Counter)
    thinking: dict[str, Json] = field(default_factory=dict)

    def add(self, message: Json) -> None:
        """Take in a message, once."""
        if message["id"] in self.messages:
            return
        self.messages[message["id"]] = message
        if message["flags"] & LOADING:
            self.thinking[message["interaction_metadata"]["id"]] = message
        for attachment in message["attachments"]:
            if found := _FILE.match(attachment["filename"]):
                self.files[int(found[1])][message["id"]] += 1
        pressable = buttons(message).values()
        order_ids = {found[1] for each in pressable if (found := _ORDER.fullmatch(str(each.get("custom_id"))))}
        for order_id in order_ids:
            self.cards[int(order_id)] = message
        if not order_ids and re.match(r"<@\d+> ", message.get("content", "")):
            self.pings[_spoken_of(message)] += 1


async def sights(people: Sequence[Person]) -> Sights:
    """Look at every channel through everybody's eyes."""
    found = Sights()
    for person in people:
        state = await person.get("state")
        channels = [row["id"] for guild in state["guilds"] for row in guild["channels"] if row["type"] == 0]
        for channel_id in [*channels, *(row["id"] for row in state["dms"])]:
            for message in await _everything(person, channel_id):
                if message["author"].get("bot"):
                    found.add(message)
    return found


async def _everything(person: Person, channel_id: str) -> list[Json]:
    found: list[Json] = []
    before = ""
    while rows := await person.get(f"channels/{channel_id}/messages?limit={PAGE}{before}"):
        found += rows
        before = f"&before={rows[-1]['id']}"
    return found


def _spoken_of(ping: Json) -> str:
    """Return the card that a ping answers, or links to."""
    reference = ping.get("message_reference") or {}
    linked = re.search(r"/(\d+)$", ping["content"])
    return str(reference.get("message_id") or (linked[1] if linked else ""))


def phase_of(card: Json) -> str:
    """Return what the first line of a card says."""
    return texts(card).splitlines()[0].rpartition(" · ")[2]
