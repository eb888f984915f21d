from __future__ import annotations

import discord

from bot.errors import InputError
from bot.ui import text
from tests.cogs.world import World


async def test_what_was_said_goes_along_with_the_next_question(world: World) -> None:
    world.answers("Blue.", "As I said, blue.")
    await world.ask("What colour is the sky?")
    await world.ask("Again?")
    assert world.heard() == [("user", "What colour is the sky?"), ("assistant", "Blue."), ("user", "Again?")]


async def test_memory_of_one_channel_stays_there(world: World) -> None:
    world.answers("Blue.", "Hello.")
    await world.ask("What colour is the sky?")
    await world.ann.slash(world.guild.create_text_channel("other"), "ask", prompt="Again?")
    assert world.heard() == [("user", "Again?")]


async def test_show_tells_only_the_asker_what_goes_along(world: World) -> None:
    world.answers("Blue.")
    await world.ask("What colour is the sky?")
    await world.ben.slash(world.channel, "memory show")
    [told] = world.whispered(world.ben)
    assert "**2 of 2 turns**" in told
    assert "> **ann**: What colour is the sky?\n> **Grok**: Blue." in told
    assert world.whispered(world.ann) == []


async def test_show_of_a_new_channel_says_that_it_is_empty(world: World) -> None:
    await world.ann.slash(world.channel, "memory show")
    assert world.whispered(world.ann) == [text.MEMORY_EMPTY]


async def test_forget_takes_ones_own_exchanges_and_leaves_the_others(world: World) -> None:
    world.answers("To Ann.", "To Ben.", "Again.")
    await world.ask("from ann")
    await world.ask("from ben", who=world.ben)
    await world.ann.slash(world.channel, "memory forget")
    assert world.whispered(world.ann) == ["Forgotten: 2 turns."]
    await world.ask("again", who=world.ben)
    assert world.heard() == [("user", "from ben"), ("assistant", "To Ben."), ("user", "again")]


async def test_forget_everything_without_the_permission_is_refused_and_forgets_nothing(world: World) -> None:
    world.answers("Blue.", "Still blue.")
    await world.ask("sky?")
    await world.ann.slash(world.channel, "memory forget", what="everything")
    assert world.whispered(world.ann) == [text.NOT_YOURS]
    world.error(InputError)
    await world.ask("again")
    assert world.heard()[0] == ("user", "sky?")


async def test_forget_everything_with_the_permission_forgets_everybodys(world: World) -> None:
    role = world.guild.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
    mod = world.guild.add_member(world.env.create_user("mod"), roles=[role])
    world.answers("Blue.", "Hello.")
    await world.ask("sky?")
    await mod.slash(world.channel, "memory forget", what="everything")
    assert world.whispered(mod) == ["Forgotten: 2 turns."]
    await world.ask("again")
    assert world.heard() == [("user", "again")]
