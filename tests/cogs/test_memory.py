"""What is remembered, as people see and change it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest
from simcord import InteractionResult, MemberActor

from bot.errors import InputError
from bot.store.database import Database
from bot.store.memory import Memory, NewTurn
from bot.ui import text
from bot.ui.sentences import memory as sentences
from tests.cogs.world import World, labels, walk


async def exchange(world: World, question: str, answer: str, *, who: MemberActor | None = None) -> None:
    """Let somebody ask, and Grok answer."""
    world.answers(answer)
    await world.ask(question, who=who)


async def show(world: World, who: MemberActor | None = None) -> discord.Message:
    """Let somebody type `/memory show`, and return what they see."""
    await (who or world.ann).slash(world.channel, "memory show")
    return shown(world, who)


def shown(world: World, who: MemberActor | None = None) -> discord.Message:
    """Return the newest message of the bot that only this person sees."""
    history = world.channel.history(viewer=who or world.ann)
    return [message for message in history if message.flags.ephemeral][-1]


async def pick(world: World, number: int, who: MemberActor | None = None) -> None:
    """Pick a turn of the page that is shown, by its number."""
    [menu] = [item for item in walk(shown(world, who).components) if isinstance(item, discord.SelectMenu)]
    [value] = [option.value for option in menu.options if option.label.startswith(f"{number}. ")]
    await (who or world.ann).select(shown(world, who), [value], custom_id=menu.custom_id)


async def press(world: World, label: str, who: MemberActor | None = None) -> InteractionResult:
    """Press a button of the page that is shown."""
    return await (who or world.ann).click(shown(world, who), label=label)


async def heard_next(world: World) -> list[str]:
    """Ask something, and return what Grok was told before it."""
    world.answers("ok")
    await world.ask("next")
    return [said for _, said in world.heard()[:-1]]


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


# show


async def test_show_tells_only_the_asker_what_goes_along(world: World) -> None:
    await exchange(world, "What colour is the sky?", "Blue.")
    told = (await show(world, world.ben)).content
    assert told.startswith("**2 of 2 turns** go along with the next question, about ")
    assert " tokens (estimate) of " in told
    assert "`1` **ann** · " in told
    assert "> What colour is the sky?\n`2` **Grok** · " in told
    assert told.endswith("> Blue.")
    assert world.whispered(world.ann) == []


async def test_show_of_a_new_channel_says_that_it_is_empty(world: World) -> None:
    await show(world)
    assert world.whispered(world.ann) == [text.MEMORY_EMPTY]


async def test_show_pages_through_exactly_what_the_next_request_holds(world: World) -> None:
    for number in range(4):
        await exchange(world, f"question {number}", f"answer {number}")
    pages = [(await show(world)).content]
    await press(world, "‹ Older")
    pages.append(shown(world).content)
    lines = [line for page in reversed(pages) for line in page.splitlines() if line.startswith("> ")]
    await press(world, "Newer ›")
    assert shown(world).content == pages[0]
    assert [line.removeprefix("> ") for line in lines] == await heard_next(world)


async def test_buttons_of_show_work_after_a_restart(world: World) -> None:
    for number in range(4):
        await exchange(world, f"question {number}", f"answer {number}")
    await show(world)
    await world.restart()
    await press(world, "‹ Older")
    assert "> question 0" in shown(world).content
    await pick(world, 1)
    await press(world, "Pin 1")
    assert "1 pinned" in shown(world).content
    assert "`1` 📌 **ann**" in shown(world).content


async def test_turn_that_was_pinned_can_be_let_loose(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world)
    await pick(world, 2)
    await press(world, "Pin 2")
    await press(world, "Unpin 2")
    assert "📌" not in shown(world).content
    assert labels(shown(world)) == ["Pin 2", "Edit 2", "Delete 2"]


async def test_edited_turn_is_what_grok_is_told(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world)
    await pick(world, 2)
    form = await press(world, "Edit 2")
    assert form.modal is not None
    await world.ann.submit_modal(form, {"field": "Green."})
    assert "> Green." in shown(world).content
    assert await heard_next(world) == ["sky?", "Green."]


async def test_form_that_was_opened_before_a_restart_can_be_sent_after(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world)
    await pick(world, 1)
    form = await press(world, "Edit 1")
    await world.restart()
    await world.ann.submit_modal(form, {"field": "And the sea?"})
    assert await heard_next(world) == ["And the sea?", "Blue."]


async def test_deleted_turn_is_told_no_more(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world)
    await pick(world, 1)
    await press(world, "Delete 1")
    assert "> sky?" not in shown(world).content
    assert await heard_next(world) == ["Blue."]


async def test_pressing_on_a_turn_that_is_gone_gives_one_private_sentence(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world)
    await pick(world, 1)
    page = shown(world)
    await world.ann.slash(world.channel, "memory forget")
    for label in ("Pin 1", "Edit 1", "Delete 1"):
        await world.ann.click(page, label=label)
        assert shown(world).content == text.sentence(InputError("turn_gone"))
        assert shown(world).id != page.id


async def test_stranger_may_look_and_not_touch(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await show(world, world.ben)
    await pick(world, 1, world.ben)
    await press(world, "Delete 1", world.ben)
    assert shown(world, world.ben).content == text.sentence(InputError("not_yours_turn", asker="ann"))
    assert await heard_next(world) == ["sky?", "Blue."]


async def test_moderator_may_delete_what_others_asked(world: World) -> None:
    mod = world.newcomer("mod", manage_messages=True)
    await exchange(world, "sky?", "Blue.")
    await show(world, mod)
    await pick(world, 2, mod)
    await press(world, "Delete 2", mod)
    assert await heard_next(world) == ["sky?"]


# undo, forget


async def test_undo_forgets_the_newest_question_with_its_answer(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await exchange(world, "sea?", "Green.")
    await world.ann.slash(world.channel, "memory undo")
    assert world.whispered(world.ann) == [sentences.undone("> sea?")]
    assert await heard_next(world) == ["sky?", "Blue."]


async def test_undo_of_what_another_asked_is_refused(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await world.ben.slash(world.channel, "memory undo")
    assert world.whispered(world.ben) == [text.sentence(InputError("not_yours_turn", asker="ann"))]
    world.error(InputError)
    assert await heard_next(world) == ["sky?", "Blue."]


async def test_forget_takes_ones_own_exchanges_and_leaves_the_others(world: World) -> None:
    world.answers("To Ann.", "To Ben.", "Again.")
    await world.ask("from ann")
    await world.ask("from ben", who=world.ben)
    await world.ann.slash(world.channel, "memory forget")
    assert world.whispered(world.ann) == ["Forgotten: 2 turns."]
    await world.ask("again", who=world.ben)
    assert world.heard() == [("user", "from ben"), ("assistant", "To Ben."), ("user", "again")]


async def test_forget_everything_without_the_permission_is_refused_and_forgets_nothing(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await world.ann.slash(world.channel, "memory forget", what="everything")
    assert world.whispered(world.ann) == [text.NOT_YOURS]
    world.error(InputError)
    assert await heard_next(world) == ["sky?", "Blue."]


async def test_forget_everything_with_the_permission_forgets_everybodys(world: World) -> None:
    mod = world.newcomer("mod", manage_messages=True)
    await exchange(world, "sky?", "Blue.")
    await mod.slash(world.channel, "memory forget", what="everything")
    assert world.whispered(mod) == ["Forgotten: 2 turns."]
    assert await heard_next(world) == []


# export


async def test_export_gives_two_files_to_who_asks(world: World) -> None:
    await exchange(world, "sky?", "Blue.")
    await world.ben.slash(world.channel, "memory export")
    [told] = [message for message in world.channel.history(viewer=world.ben) if message.flags.ephemeral]
    assert told.content == sentences.exported(2, 0)
    as_json, markdown = told.attachments
    assert (as_json.filename, markdown.filename) == ("memory.json", "memory.md")
    turns = json.loads(await as_json.read())["turns"]
    assert [(turn["author"], turn["text"]) for turn in turns] == [("ann", "sky?"), ("Grok", "Blue.")]
    assert "## Grok, " in (await markdown.read()).decode()


async def test_export_of_nothing_says_so(world: World) -> None:
    await world.ann.slash(world.channel, "memory export")
    assert world.whispered(world.ann) == [text.MEMORY_EMPTY]


# scope, expiry


async def test_scope_is_shown_privately(world: World) -> None:
    await world.ann.slash(world.channel, "memory scope")
    assert world.whispered(world.ann) == [sentences.mode_now("channel", is_thread=False)]
    assert world.messages == []


async def test_changed_scope_is_told_to_everybody_and_holds(world: World) -> None:
    keeper = world.newcomer("kim", manage_channels=True)
    await exchange(world, "sky?", "Blue.")
    await keeper.slash(world.channel, "memory scope", mode="person")
    assert world.shown[-1] == sentences.mode_changed("**kim**", "person", is_thread=False)
    assert world.whispered(keeper) == [sentences.mode_now("person", is_thread=False)]
    assert await heard_next(world) == []
    world.answers("Hello.")
    await world.ask("hi", who=world.ben)
    assert world.heard() == [("user", "hi")]


async def test_scope_that_is_the_same_already_is_not_announced(world: World) -> None:
    keeper = world.newcomer("kim", manage_channels=True)
    await keeper.slash(world.channel, "memory scope", mode="channel")
    assert world.messages == []


@pytest.mark.parametrize(
    ("command", "options", "code"),
    [("memory scope", {"mode": "person"}, "mode_refused"), ("memory expiry", {"days": 3}, "expiry_refused")],
)
async def test_choosing_takes_a_permission(
    world: World, command: str, options: dict[str, str | int], code: str
) -> None:
    await world.ann.slash(world.channel, command, **options)
    assert world.whispered(world.ann) == [text.sentence(InputError(code))]
    world.error(InputError)
    assert world.messages == []


async def test_expiry_is_shown_and_its_change_is_told_to_everybody(world: World) -> None:
    keeper = world.newcomer("kim", manage_guild=True)
    await keeper.slash(world.channel, "memory expiry")
    await keeper.slash(world.channel, "memory expiry", days=30)
    assert world.whispered(keeper) == [sentences.expiry_now(None), sentences.expiry_now(30)]
    assert world.shown == [sentences.expiry_changed("**kim**", 30)]
    await keeper.slash(world.channel, "memory expiry", days=0)
    assert world.shown[-1] == sentences.expiry_changed("**kim**", 0)


# threads and direct messages


async def remember_long_ago(world: World, database: Database) -> None:
    """Let the channel remember an exchange from before SimCord's clock begins, by which threads are made."""
    long_ago = datetime(2025, 6, 1, tzinfo=UTC)
    question = NewTurn("sky?", world.ann.id, "ann", "grok-3", long_ago, None, world.channel.id)
    await Memory(database).remember(f"channel/{world.channel.id}", question, replace(question, text="Blue."))


async def test_thread_shows_what_it_took_over_and_can_forget_it(world: World, database: Database) -> None:
    mod = world.newcomer("mod", manage_messages=True)
    await remember_long_ago(world, database)
    world.env.backend.create_thread(world.channel.id, "side", world.ann.id)
    [thread] = world.channel.threads
    await mod.slash(thread, "memory show")
    await mod.slash(thread, "memory forget", what="everything")
    await mod.slash(thread, "memory show")
    said = [message.content for message in thread.history(viewer=mod) if message.flags.ephemeral]
    assert said[0].startswith("**2 of 2 turns**")
    assert said[1].endswith(sentences.CUT_OFF)
    assert said[2] == text.MEMORY_EMPTY
    assert await heard_next(world) == ["sky?", "Blue."]


async def test_forgetting_ones_own_in_a_thread_tells_what_the_channel_keeps(world: World, database: Database) -> None:
    await remember_long_ago(world, database)
    world.env.backend.create_thread(world.channel.id, "side", world.ann.id)
    [thread] = world.channel.threads
    await world.ann.slash(thread, "memory forget", what="mine")
    [said] = [message.content for message in thread.history(viewer=world.ann) if message.flags.ephemeral]
    assert said == f"{text.forgotten(0)} {sentences.PARENT_KEPT}"


async def test_thread_can_share_the_memory_of_its_channel(world: World) -> None:
    keeper = world.newcomer("kim", manage_channels=True)
    world.env.backend.create_thread(world.channel.id, "side", world.ann.id)
    [thread] = world.channel.threads
    await keeper.slash(thread, "memory scope", mode="channel")
    world.answers("Blue.")
    await world.ann.slash(thread, "ask", prompt="sky?")
    assert await heard_next(world) == ["sky?", "Blue."]
    assert sentences.mode_changed("**kim**", "channel", is_thread=True) in [m.content for m in thread.history()]
