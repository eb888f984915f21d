"""Replies to the bot, seen without the message-content intent as Discord shows them."""

from __future__ import annotations

from bot.ui import text
from tests.cogs.world import World, labels


async def test_a_reply_to_a_message_of_the_bot_goes_on_with_the_talk(world: World) -> None:
    assert world.bot.user is not None
    world.answers("Blue.", "Rayleigh.")
    await world.ann.send(world.channel, f"{world.bot.user.mention} sky?")
    await world.ann.send(world.channel, "and why?", reply_to=world.messages[-1])
    assert world.heard() == [("user", "sky?"), ("assistant", "Blue."), ("user", "and why?")]
    assert world.shown[-1] == "Rayleigh."


async def test_a_reply_to_an_answer_of_ask_arrives_without_its_text_and_gets_the_hint(world: World) -> None:
    world.answers("Blue.")
    await world.ask("sky?")
    await world.ann.send(world.channel, "and why?", reply_to=world.messages[-1])
    assert len(world.grok.requests) == 1
    assert world.shown == ["Blue.", text.REPLY_UNREADABLE]
    assert labels(world.messages[-1]) == ["Reply"]


async def test_another_bot_is_not_answered(world: World) -> None:
    assert world.bot.user is not None
    other = world.guild.add_member(world.env.create_user("other", bot=True))
    await other.send(world.channel, f"{world.bot.user.mention} hi")
    assert world.shown == []
