"""What happens to work, under way and new, while the bot ends."""

from __future__ import annotations

import pytest

from bot.errors import InputError
from bot.ui import text
from bot.ui.sentences import controls as sentences
from tests.cogs.world import World


async def test_an_answer_cut_by_a_restart_keeps_its_text_and_says_so(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    cut = await world.bot.work.drain(patience_s=0, farewell_s=5)
    assert cut == 1
    assert world.shown == [f"Waves\n-# {sentences.SHUTTING_DOWN}"]
    assert not len(world.bot.work)


async def test_an_answer_cut_by_a_restart_is_remembered(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    await world.bot.work.drain(patience_s=0, farewell_s=5)
    await world.restart()
    world.answers("Go on.")
    await world.ask("go on")
    assert world.heard() == [("user", "why waves?"), ("assistant", "Waves"), ("user", "go on")]


async def test_an_answer_that_ends_in_time_is_not_cut(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves", " come.")
    held.end()
    assert await world.bot.work.drain(patience_s=5, farewell_s=5) == 0
    assert world.shown == ["Waves come."]


async def test_a_mention_while_the_bot_ends_is_told_so(world: World) -> None:
    assert world.bot.user is not None
    await world.bot.work.drain(patience_s=0, farewell_s=0)
    await world.ann.send(world.channel, f"{world.bot.user.mention} hi")
    assert world.shown == [text.DRAINING]


@pytest.mark.parametrize("order", ["imagine", "video"])
async def test_no_order_is_taken_while_the_bot_ends(world: World, order: str) -> None:
    await world.bot.work.drain(patience_s=0, farewell_s=0)
    await world.ann.slash(world.channel, order, prompt="a cat")
    assert world.whispered(world.ann) == [text.DRAINING]
    assert world.grok.requests == []
    world.error(InputError)
