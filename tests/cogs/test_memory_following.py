"""What becomes of messages in Discord becomes of what is remembered of them."""

from __future__ import annotations

import asyncio

import discord

from bot.store.database import Database
from bot.store.memory import Memory, Span
from bot.store.posts import Posts
from cogs.memory import GRACE_S
from tests.cogs.world import DEADLINE_S, World


async def mentioned(world: World, question: str = "sky?", answer: str = "Blue.") -> discord.Message:
    """Let Ann mention the bot with a question, and return her message."""
    assert world.bot.user is not None
    world.answers(answer)
    return await world.ann.send(world.channel, f"{world.bot.user.mention} {question}")


async def remembered(world: World, database: Database) -> list[str]:
    return [turn.text for turn in await Memory(database).newest(Span(f"channel/{world.channel.id}"), 50)]


async def until_asked(world: World, database: Database, message: discord.Message, prompts: list[str]) -> None:
    """Wait until a message asks this, while its answer is still being written."""
    posts, asked = Posts(database), None
    async with asyncio.timeout(DEADLINE_S):
        while asked != prompts:
            await world.begin(world.env.settle())
            found = [await posts.find(post_id) for post_id in await posts.asked_by(message.id)]
            asked = [post.prompt for post in found if post is not None]


async def test_edited_question_is_remembered_as_it_reads_now(world: World, database: Database) -> None:
    message = await mentioned(world)
    assert world.bot.user is not None
    await world.ann.edit(message, f"And the sea, {world.bot.user.mention}?")
    await world.settled()
    assert await remembered(world, database) == ["And the sea, ?", "Blue."]


async def test_question_that_no_longer_speaks_to_the_bot_is_forgotten(world: World, database: Database) -> None:
    message = await mentioned(world)
    await world.ann.edit(message, "never mind")
    await world.settled()
    assert await remembered(world, database) == []


async def test_question_of_which_only_the_mention_is_left_is_forgotten(world: World, database: Database) -> None:
    message = await mentioned(world)
    assert world.bot.user is not None
    await world.ann.edit(message, world.bot.user.mention)
    await world.settled()
    assert await remembered(world, database) == []


async def test_mention_that_came_with_a_file_alone_stays_when_it_is_edited_to_the_same(
    world: World, database: Database
) -> None:
    assert world.bot.user is not None
    world.answers("Moss.")
    mention = world.bot.user.mention
    message = await world.ann.send(world.channel, mention, attachments=[("a.txt", b"moss")])
    before = await remembered(world, database)
    await world.ann.edit(message, f"{mention} ")
    await world.settled()
    assert await remembered(world, database) == before
    assert before[1] == "Moss."


async def test_deleted_question_is_forgotten_with_its_answer(world: World, database: Database) -> None:
    message = await mentioned(world)
    await world.ann.delete(message)
    await world.settled()
    assert await remembered(world, database) == []


async def test_answer_that_a_moderator_deletes_is_forgotten_with_its_question(world: World, database: Database) -> None:
    await mentioned(world)
    await world.ben_deletes(world.messages[0])
    await world.settled()
    assert await remembered(world, database) == []


async def test_other_messages_that_go_change_nothing(world: World, database: Database) -> None:
    await mentioned(world)
    other = await world.ben.send(world.channel, "hello all")
    await world.ben.edit(other, "hello everybody")
    await world.ben.delete(other)
    await world.settled()
    assert await remembered(world, database) == ["sky?", "Blue."]


async def test_purge_takes_everything_it_hits_along(world: World, database: Database) -> None:
    first = await mentioned(world, "sky?", "Blue.")
    await mentioned(world, "sea?", "Green.")
    await mentioned(world, "moss?", "Green as well.")
    ids = [first.id, world.messages[0].id, world.messages[1].id]
    world.env.backend.bulk_delete_messages(world.channel.id, ids)
    await world.env.settle()
    await world.settled()
    assert await remembered(world, database) == ["moss?", "Green as well."]


async def test_question_in_a_direct_message_is_followed_as_well(world: World, database: Database) -> None:
    world.answers("Blue.")
    message = await world.ann.send_dm("sky?")
    assert message is not None
    world.env.backend.edit_message(message.channel.id, message.id, {"content": "And the sea?"})
    await world.env.settle()
    scope = Span(f"channel/{message.channel.id}")
    assert [turn.text for turn in await Memory(database).newest(scope, 5)] == ["And the sea?", "Blue."]
    world.env.backend.delete_message(message.channel.id, message.id)
    await world.env.settle()
    assert await Memory(database).newest(scope, 5) == ()


async def test_later_part_of_an_answer_that_somebody_deletes_is_forgotten_after_a_while(
    world: World, database: Database
) -> None:
    long = "\n".join(f"Line {number} of a long answer." for number in range(150))
    await mentioned(world, answer=long)
    assert len(world.messages) > 1
    await world.begin(world.ben_deletes(world.messages[-1]))
    assert len(await remembered(world, database)) == 2
    await world.env.advance_time(GRACE_S + 1)
    await world.settled()
    assert await remembered(world, database) == []


async def test_question_edited_while_it_is_answered_is_remembered_as_it_reads_now(
    world: World, database: Database
) -> None:
    assert world.bot.user is not None
    held = world.holds()
    await world.begin(world.ann.send(world.channel, f"{world.bot.user.mention} sky?"))
    held.send("Blue")
    await world.until(lambda: world.shown == ["Blue"])
    [message] = [message for message in world.channel.history() if message.author.id == world.ann.id]
    await world.begin(world.ann.edit(message, f"{world.bot.user.mention} sea?"))
    await until_asked(world, database, message, ["sea?"])
    held.end()
    await world.settled()
    assert await remembered(world, database) == ["sea?", "Blue"]


async def test_question_deleted_while_it_is_answered_is_not_remembered(world: World, database: Database) -> None:
    assert world.bot.user is not None
    held = world.holds()
    await world.begin(world.ann.send(world.channel, f"{world.bot.user.mention} sky?"))
    held.send("Blue")
    await world.until(lambda: world.shown == ["Blue"])
    [message] = [message for message in world.channel.history() if message.author.id == world.ann.id]
    await world.begin(world.ann.delete(message))
    await until_asked(world, database, message, [])
    held.end()
    await world.settled()
    assert await remembered(world, database) == []
