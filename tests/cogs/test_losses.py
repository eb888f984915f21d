"""Messages that are deleted, and permissions that are taken away, while an answer is written."""

from __future__ import annotations

import discord

from tests.cogs.world import Held, World, labels

DELETED = "deleted while I was working on it"


async def begun(world: World, said: str = "Waves") -> Held:
    """Let an answer begin, and return what writes the rest."""
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send(said)
    await world.until(lambda: world.shown == [said])
    return held


async def mentioned(world: World, said: str = "Waves") -> Held:
    """Let an answer to a mention begin."""
    held = world.holds()
    assert world.bot.user is not None
    await world.begin(world.ann.send(world.channel, f"<@{world.bot.user.id}> why waves?"))
    held.send(said)
    await world.until(lambda: world.shown == [said])
    return held


async def noticed(world: World, held: Held) -> None:
    """Let the bot find out that its message is gone, and let the answer go on after that."""
    before = len(world.requests("PATCH"))
    held.send(" come")
    await world.until(lambda: len(world.requests("PATCH")) > before)
    held.send(" from")
    await world.settled()


async def attached(message: discord.Message) -> str:
    [file] = message.attachments
    return (await file.read()).decode()


async def test_an_answer_whose_message_is_deleted_stops_and_the_asker_is_told(world: World) -> None:
    held = await begun(world)
    await world.begin(world.ben_deletes(world.messages[0]))
    await noticed(world, held)
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert world.channel.mention in told.content
    assert await attached(told) == "Waves come from"
    assert world.shown == []


async def test_an_answer_deleted_while_it_is_written_is_forgotten(world: World) -> None:
    held = await begun(world)
    await world.begin(world.ben_deletes(world.messages[0]))
    await noticed(world, held)
    world.answers("Go on.")
    await world.ask("go on")
    assert world.heard() == [("user", "go on")]


async def test_a_mention_whose_answer_is_deleted_is_told_privately(world: World) -> None:
    held = await mentioned(world)
    await world.begin(world.ben_deletes(world.messages[0]))
    await noticed(world, held)
    assert [DELETED in message.content for message in world.told(world.ann)] == [True]


async def test_an_answer_whose_permission_is_lost_is_handed_over_whole(world: World) -> None:
    held = await mentioned(world)
    # Editing one's own message needs the channel to be seen; Discord then answers 50001.
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=None)
    held.send(" come")
    await world.until(lambda: len(world.requests("PATCH", "/channels/*")) > 0)
    held.send(" from wind.")
    held.end()
    await world.settled()
    [told] = world.told(world.ann)
    assert told.content.startswith("I lost my permission to write in")
    assert await attached(told) == "Waves come from wind."


async def test_a_mention_where_the_bot_may_not_write_is_answered_privately(world: World) -> None:
    assert world.bot.user is not None
    mute = world.guild.create_text_channel(
        "read-only", overwrites={world.bot.user: discord.PermissionOverwrite(send_messages=False)}
    )
    world.answers("Hello.")
    await world.ann.send(mute, f"<@{world.bot.user.id}> hi")
    [told] = world.told(world.ann)
    assert await attached(told) == "Hello."


async def test_a_person_who_takes_no_messages_leaves_nothing_hanging(world: World) -> None:
    held = await begun(world)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await world.begin(world.ben_deletes(world.messages[0]))
    await noticed(world, held)
    assert world.told(world.ann) == []


async def test_an_edit_that_discord_refuses_leaves_what_stands_and_a_word_to_the_asker(world: World) -> None:
    held = await begun(world)
    world.env.inject_error("PATCH", "/webhooks/*", status=400, code=50035)
    held.send(" come")
    held.end()
    await world.settled()
    world.errors_seen = world.env.error_cursor  # whether it counts as a bug is not what people see
    assert world.shown == ["Waves"]
    assert len([*world.whispered(world.ann), *world.told(world.ann)]) == 1


async def test_the_first_message_stays_when_a_further_one_is_refused(world: World) -> None:
    held = await begun(world)
    world.env.inject_error("POST", "/webhooks/*", status=404, code=10008)
    held.send("\n" + "b" * 1990, "\n" + "c" * 1000)
    held.end()
    await world.settled()
    assert labels(world.messages[0]) == []
    [told] = world.told(world.ann)
    assert (await attached(told)).startswith("Waves\nbbb")
