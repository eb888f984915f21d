"""Buttons that are pressed as soon as a card shows them, before the end of its order is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot.store.orders import Orders
from tests.cogs.orders import PICTURE_URL, cards, filenames, over, picture
from tests.cogs.world import World, labels, walk
from tests.grok.scripted import STOP, reply, sse


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """Until this is set, no order's end is written down."""
    event, end = asyncio.Event(), Orders.end

    async def end_late(self: Orders, *args: Any, **kwargs: Any) -> bool:
        await event.wait()
        return await end(self, *args, **kwargs)

    monkeypatch.setattr(Orders, "end", end_late)
    yield event
    event.set()


async def shown_done(world: World) -> discord.Message:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(lambda: "Resend" in [label for card in cards(world) for label in labels(card)])
    return cards(world)[0]


def button(card: discord.Message, action: str) -> str:
    ids = [str(item.custom_id) for item in walk(card.components) if isinstance(item, discord.Button)]
    return next(each for each in ids if f":{action}:" in each)


async def test_resend_waits_for_the_end_to_be_written_down(world: World, written: asyncio.Event) -> None:
    card = await shown_done(world)
    await world.begin(world.ann.click(card, custom_id=button(card, "resend")))
    written.set()
    await over(world)
    await world.until(lambda: len(cards(world)) == 2)
    await over(world)
    assert [filenames(each) for each in cards(world)] == [["grok-1.jpg"], ["grok-2.jpg"]]


async def test_delete_waits_for_the_end_to_be_written_down(world: World, written: asyncio.Event) -> None:
    card = await shown_done(world)
    await world.begin(world.ann.click(card, custom_id=button(card, "delete")))
    written.set()
    await over(world)
    await world.until(lambda: not cards(world))
    assert world.whispered(world.ann) == []
