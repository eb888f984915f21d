"""Buttons pressed at the wrong moment, and buttons and forms that nobody was shown."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import AsyncMock

import discord
import pytest
from simcord import InteractionResult

from bot.answering import asking, pressing
from bot.answering.people import is_moderator
from bot.errors import InputError
from bot.services.posts import NewVersion
from bot.ui import text
from bot.ui.sentences import controls as sentences
from tests.cogs.test_controls import asked, ids, press
from tests.cogs.world import World, labels
from tests.grok.scripted import chunk, reply, sse

MODELS = {"data": [{"id": "grok-3"}, {"id": "grok-4"}]}
AT_ONCE = 5  # the setting of a channel, as it is without any
STILL_WRITING = text.sentence(InputError("still_writing"))
REFUSALS = {text.sentence(InputError(code)) for code in ("old_button", "answer_forgotten")}


async def shows(world: World, custom_id: str) -> discord.Message:
    """Let the bot show one button."""
    view = discord.ui.View(timeout=None).add_item(discord.ui.Button(label="x", custom_id=custom_id))
    return await world.bot.get_partial_messageable(world.channel.id).send("a button", view=view)


def key_of(message: discord.Message) -> str:
    """Return the key of the answer that a message shows."""
    return next(found.split(":")[3] for found in ids(message).values() if found.split(":")[3])


async def delete_question(world: World) -> discord.Message:
    """Press Delete and return the private question that comes."""
    await press(world, "delete")
    return [m for m in world.channel.history(viewer=world.ann) if m.flags.ephemeral][-1]


# At the wrong moment


async def test_stop_pressed_while_an_answer_is_ending_is_no_mistake(world: World) -> None:
    await asked(world)
    key = key_of(world.messages[0])
    button = await shows(world, f"grokcord:stop:2:{key}")
    with world.bot.stops.claiming(key):
        await world.ann.click(button, label="x")
    assert world.whispered(world.ann) == []


async def test_an_answer_that_was_complete_when_stop_came_is_not_called_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = world.bot.services.posts
    keep = posts.add_version

    async def stopped_meanwhile(key: str, version: NewVersion, exchange_id: int | None) -> None:
        world.bot.stops.press(key)
        await keep(key, version, exchange_id)

    monkeypatch.setattr(posts, "add_version", stopped_meanwhile)
    await asked(world)
    assert world.shown == ["Waves come from wind."]


async def test_an_answer_is_not_deleted_while_it_is_written_anew(world: World) -> None:
    await asked(world)
    question = await delete_question(world)
    held = world.holds()
    message = world.messages[0]
    again = next(found for found in ids(message).values() if ":regenerate:" in found)
    await world.begin(world.ann.click(message, custom_id=again))
    await world.until(lambda: world.bot.stops.is_writing(key_of(message)))
    await world.begin(world.ann.click(question, custom_id=next(iter(ids(question).values()))))
    await world.until(lambda: STILL_WRITING in world.whispered(world.ann))
    held.send("Once.")
    held.end()
    await world.settled()
    assert world.shown == ["Once."]
    assert STILL_WRITING in world.whispered(world.ann)


async def test_a_version_that_cannot_be_shown_is_said_so(world: World) -> None:
    world.answers(f"{'first ' * 500}\n\nend", "Second.")
    await world.ask()
    await press(world, "regenerate")
    await press(world, "older")
    last = world.messages[1]
    newer = next(found for found in ids(last).values() if ":newer:" in found)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    await world.ann.click(last, custom_id=newer)
    assert world.whispered(world.ann) == [text.sentence(InputError("lost_forbidden"))]


async def test_a_message_deleted_while_a_version_is_written_is_forgotten(world: World) -> None:
    await asked(world)
    held = world.holds()
    again = next(found for found in ids(world.messages[0]).values() if ":regenerate:" in found)
    await world.begin(world.ann.click(world.messages[0], custom_id=again))
    held.send("Wind")
    await world.until(lambda: world.shown == ["Wind"])
    await world.begin(world.ben_deletes(world.messages[0]))
    before = len(world.requests("PATCH"))
    held.send(" makes")
    await world.until(lambda: len(world.requests("PATCH")) > before)
    held.send(" waves")
    await world.settled()
    assert world.messages == []
    assert len(world.told(world.ann)) == 1
    world.answers("Hello.")
    await world.ask("hi")
    assert world.heard() == [("user", "hi")]


async def test_a_stop_in_line_leaves_the_line(world: World) -> None:
    waiting = [world.holds() for _ in range(AT_ONCE)]
    for number in range(AT_ONCE + 1):
        await world.begin(world.ask(f"question {number}"))
    await world.until(lambda: any("In line" in said for said in world.shown))
    await world.begin(press(world, "stop"))
    await world.until(lambda: any(sentences.STOPPED_EMPTY in said for said in world.shown))
    for held in waiting:
        held.send("Done.")
        held.end()
    await world.settled()
    assert len(world.grok.requests) == AT_ONCE
    assert world.shown.count("Done.") == AT_ONCE


async def test_a_mistake_of_the_bots_own_leaves_no_answer_that_seems_to_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.bot.services.posts, "add_version", AsyncMock(side_effect=RuntimeError))
    await asked(world)
    world.error(RuntimeError)
    assert world.shown == [f"Waves come from wind.\n-# {sentences.INTERRUPTED_BY_ME}"]
    assert "Retry" in labels(world.messages[0])
    assert "Stop" not in labels(world.messages[0])


# What a continuation keeps


async def test_a_longer_answer_keeps_the_thoughts_and_sources_of_its_beginning(world: World) -> None:
    sources = chunk(finish="length") | {"citations": ["https://example.org/waves"]}
    world.says(reply(sse(chunk(reasoning_content="hm, waves"), "Waves come", sources)))
    await world.ask("why waves?")
    world.answers(" from wind.")
    await press(world, "continue")
    assert "example.org" in world.said[0]
    await press(world, "thoughts")
    assert any("hm, waves" in said for said in world.whispered(world.ann))


async def test_an_answer_of_an_open_fence_alone_is_not_remembered(world: World) -> None:
    world.answers("```python\n")
    await world.ask("code?")
    assert world.shown == [text.EMPTY_ANSWER]
    assert "Retry" in labels(world.messages[0])
    world.answers("Hello.")
    await world.ask("hi")
    assert world.heard() == [("user", "hi")]


async def test_an_answer_in_code_marks_alone_is_an_answer(world: World) -> None:
    await asked(world, "```42```")
    assert world.shown != [text.EMPTY_ANSWER]
    assert "42" in world.shown[0]


# Where the bot may not do everything


async def test_a_thread_in_which_the_bot_may_not_write_is_a_branch_all_the_same(world: World) -> None:
    await asked(world)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await press(world, "branch")
    [thread] = world.threads()
    assert world.whispered(world.ann) == [sentences.BRANCHED_TO.format(thread=f"<#{thread.id}>")]


@pytest.mark.parametrize(("guild_id", "may"), [(5, True), (None, False)])
def test_only_servers_have_moderators(guild_id: int | None, may: bool) -> None:
    pressed = SimpleNamespace(guild_id=guild_id, permissions=discord.Permissions(manage_messages=True))
    assert is_moderator(pressed) is may  # type: ignore[arg-type]  # the two things that it looks at


async def test_a_private_answer_may_become_longer_when_it_is_written_anew(world: World) -> None:
    world.answers("Secret.")
    await world.ann.slash(world.channel, "ask", prompt="psst", private=True)
    [answer] = [m for m in world.channel.history(viewer=world.ann) if m.flags.ephemeral]
    again = next(found for found in ids(answer).values() if ":regenerate:" in found)
    held = world.holds()
    await world.begin(world.ann.click(answer, custom_id=again))
    held.send("first " * 400)
    await world.until(lambda: len(world.whispered(world.ann)) == 2)
    held.send("and last.")
    held.end()
    await world.settled()
    assert "and last." in world.whispered(world.ann)[1]
    assert world.told(world.ann) == []
    assert world.shown == []


async def test_a_guest_deletes_by_the_press_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressing, "is_guest", lambda _: True)
    await asked(world)
    await press(world, "delete")
    assert world.messages == []
    assert world.requests("DELETE", "/channels/*") == []  # it has no hand of its own there
    assert world.whispered(world.ann) == [sentences.DELETED]
    world.answers("Hello.")
    await world.ask("hi")
    assert world.heard() == [("user", "hi")]


async def test_no_branch_is_offered_where_the_bot_is_a_guest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "is_guest", lambda _: True)
    await asked(world)
    assert "Branch" not in labels(world.messages[0])


# What nobody was shown


@pytest.mark.parametrize("custom_id", ["grokcord:none:2:5", "grokcord:confirm:2:999", "grokcord:flip:2:1:1"])
async def test_a_forged_button_gets_one_sentence(world: World, custom_id: str) -> None:
    await world.ann.click(await shows(world, custom_id), label="x")
    assert set(world.whispered(world.ann)) <= REFUSALS
    assert len(world.whispered(world.ann)) == 1


@pytest.mark.parametrize("key", ["x", "", "pzz", "p", "-5", "5:6", "9" * 40])
async def test_a_forged_form_gets_one_sentence(world: World, key: str) -> None:
    await asked(world)
    world.says(reply(MODELS))
    shown = await press(world, "try")
    forge(shown, f"grokcord:form:2:try:{key}")
    await world.ann.submit_modal(shown, {"field": ["grok-4"]})
    assert set(world.whispered(world.ann)) <= REFUSALS
    assert len(world.whispered(world.ann)) == 1


async def test_try_without_any_known_model_says_why(world: World) -> None:
    await asked(world)
    world.says(reply("no", status=500), reply("no", status=500), reply("no", status=500))
    await press(world, "try")
    [told] = world.whispered(world.ann)
    assert told == text.sentence(InputError("no_models"))


def forge(shown: InteractionResult, custom_id: str) -> None:
    """Let a form be sent under another custom id."""
    assert shown._interaction.modal is not None
    shown._interaction.modal["custom_id"] = custom_id
