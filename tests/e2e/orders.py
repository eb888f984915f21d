"""Orders as people see them in the local Discord: cards, the states they went through, their results."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import av

from tests.e2e.person import Json, Person, eventually, texts

PERCENT = re.compile(r"(\d+) %")
DONE, FAILED, CANCELLED, INTERRUPTED = "done", "not made", "cancelled", "interrupted"
ENDS = (DONE, FAILED, CANCELLED, INTERRUPTED)
OPTION_TYPES = {str: 3, int: 4, bool: 5}
ATTACHMENT = 11


@dataclass(frozen=True, slots=True)
class Order:
    """An order of somebody's: the channel and the interaction that began it."""

    you: Person
    channel: str
    interaction: str

    async def card(self, *phases: str, within_s: float = 60.0) -> Json:
        """Return the card once it is in one of these states."""

        def is_there(row: Json) -> bool:
            return self.is_on(row) and phase(row) in phases

        what = f"a card that is {' or '.join(phases)}"
        return await self.you.first(self.channel, is_there, within_s=within_s, what=what)

    async def over(self, *, within_s: float = 60.0) -> Json:
        """Return the card once the order has ended, however it did."""
        return await self.card(*ENDS, within_s=within_s)

    def is_on(self, row: Json) -> bool:
        """Tell whether a message is the card of this order."""
        return bool((row.get("interaction_metadata") or {}).get("id") == self.interaction and title(row))

    async def ping(self, card: Json) -> Json:
        """Return the message that answers the card."""

        def answers(row: Json) -> bool:
            return bool((row.get("message_reference") or {}).get("message_id") == card["id"])

        return await self.you.first(self.channel, answers, what="a ping")


async def order(
    you: Person, channel: str, command: str, prompt: str, *, image: tuple[str, bytes] | None = None, **wishes: Any
) -> Order:
    """Use `/imagine` or `/video`. wishes: the other options, by their names."""
    given = {"prompt": prompt, **wishes}
    options = [{"name": name, "type": OPTION_TYPES[type(value)], "value": value} for name, value in given.items()]
    if image is not None:
        options.append({"name": "image", "type": ATTACHMENT, "value": "0"})
    return Order(you, channel, await you.command(channel, command, options, [image] if image else None))


def title(card: Json) -> str:
    """Return the first line of a card, "" for any other message."""
    first = texts(card).partition("\n")[0]
    return first if "**Clip** · " in first or "**Picture** · " in first else ""


def phase(card: Json) -> str:
    """Return what a card says of its order: "in line", "generating", "done"…"""
    return title(card).partition(" · ")[2]


async def history(you: Person, card: Json) -> list[Json]:
    """Return every state that a card had, oldest first."""
    return [version for version in await you.versions(card["id"]) if title(version)]


def percents(states: list[Json]) -> list[int]:
    """Return the percentages that a card showed while the server worked, in their order."""
    working = [texts(state) for state in states if phase(state) in ("generating", "upscaling")]
    return [int(found) for text in working for found in PERCENT.findall(text)]


def names(card: Json) -> list[str]:
    """Return the names of a card's files."""
    return [file["filename"] for file in card["attachments"]]


async def file_of(you: Person, card: Json, ending: str = ".mp4") -> bytes:
    """Return the first file of a card whose name ends so."""
    return await you.download(next(file["url"] for file in card["attachments"] if file["filename"].endswith(ending)))


@dataclass(frozen=True, slots=True)
class Played:
    """What was seen when every picture of a clip was decoded. duration_s: as its container says."""

    frames: int
    duration_s: float
    size: tuple[int, int]
    has_sound: bool


def play(clip: bytes) -> Played:
    """Decode a clip from its first picture to its last."""
    with av.open(io.BytesIO(clip), "r") as container:
        [stream] = container.streams.video
        size, has_sound = (stream.width, stream.height), bool(container.streams.audio)
        frames = sum(1 for _ in container.decode(stream))
        return Played(frames, float(container.duration or 0) / av.time_base, size, has_sound)


async def nothing_under_way(you: Person, *orders: Order) -> None:
    """Wait until all of these orders are over."""

    async def look() -> bool:
        rows = [row for each in orders for row in await you.from_bot(each.channel) if each.is_on(row)]
        return len(rows) == len(orders) and all(phase(row) in ENDS for row in rows)

    await eventually(look, within_s=90, what="the end of every order")


async def direct_message(you: Person, text: str, *, within_s: float = 60.0) -> Json:
    """Return what the bot wrote to a person directly, once it reads so."""
    dm = await you.post("dms", {"recipient_id": await you.bot_id()})
    return await you.first(dm["id"], lambda row: text in texts(row), within_s=within_s, what=f"{text!r} in private")
