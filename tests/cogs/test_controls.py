"""The buttons under an answer, pressed by those who may and those who may not, before and after a restart."""

from __future__ import annotations

import re

import discord
import pytest
from simcord import InteractionResult, MemberActor

from bot.errors import InputError
from bot.services.private_posts import MOST
from bot.ui import text
from bot.ui.controls import AnswerControls
from bot.ui.sentences import controls as sentences
from tests.cogs.world import World, labels, walk
from tests.grok.scripted import STOP, chunk, reply, sse

MODELS = {"data": [{"id": "grok-3"}, {"id": "grok-4"}]}
NOT_YOURS = text.sentence(InputError("not_yours", asker="ann"))


def ids(message: discord.Message) -> dict[str, str]:
    """Return the custom ids of a message's buttons by their labels or emoji."""
    buttons = [item for item in walk(message.components) if isinstance(item, discord.Button)]
    return {str(button.label or button.emoji): str(button.custom_id) for button in buttons}


async def press(world: World, action: str, *, who: MemberActor | None = None) -> InteractionResult:
    """Press the button of an action under the newest answer that has one."""
    for message in reversed(world.messages):
        for custom_id in ids(message).values():
            if custom_id.startswith(f"grokcord:{action}:"):
                return await (who or world.ann).click(message, custom_id=custom_id)
    raise AssertionError(f"no button does {action}")


async def asked(world: World, answer: str = "Waves come from wind.", prompt: str = "why waves?") -> None:
    world.answers(answer)
    await world.ask(prompt)


# Stop


async def test_stop_ends_the_writing_and_what_came_stays(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves come")
    await world.until(lambda: world.shown == ["Waves come"])
    await press(world, "stop")
    await world.settled()
    assert world.shown == [f"Waves come\n-# {sentences.STOPPED}"]
    assert "Regenerate" in labels(world.messages[0])
    world.answers("Yes.")
    await world.ask("go on")
    assert world.heard()[:2] == [("user", "why waves?"), ("assistant", "Waves come")]


async def test_a_stranger_may_not_stop_an_answer(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    await world.begin(press(world, "stop", who=world.ben))
    await world.until(lambda: world.whispered(world.ben) == [NOT_YOURS])
    held.send(" come.")
    held.end()
    await world.settled()
    assert world.shown == ["Waves come."]


async def test_stop_before_the_first_word_offers_to_try_again(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send(chunk(reasoning_content="hm"))
    await world.until(lambda: any("Stop" in labels(message) for message in world.messages))
    await press(world, "stop")
    await world.settled()
    assert sentences.STOPPED_EMPTY in world.shown[0]
    world.answers("Hello.")
    await press(world, "retry")
    assert world.shown == ["Hello."]


async def test_an_answer_that_a_restart_ended_can_be_asked_for_again(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    await world.bot.work.drain(patience_s=0, farewell_s=5)
    await world.restart()
    world.answers("Waves come from wind.")
    await press(world, "retry")
    assert world.shown == ["Waves come from wind."]
    assert world.heard() == [("user", "why waves?")]


# Regenerate, versions, Try with


async def test_regenerate_writes_another_version_into_the_same_message(world: World) -> None:
    await asked(world)
    [before] = world.messages
    world.answers("Wind makes waves.")
    await press(world, "regenerate")
    [after] = world.messages
    assert after.id == before.id
    assert world.shown == ["Wind makes waves."]
    assert world.heard() == [("user", "why waves?")], "as if it were asked again when it was"
    assert "2/2" in labels(after)


async def test_versions_can_be_leafed_through_and_the_shown_one_is_remembered(world: World) -> None:
    await asked(world, "First.")
    world.answers("Second.", "Third.")
    await press(world, "regenerate")
    await press(world, "regenerate")
    await press(world, "older")
    assert world.shown == ["Second."]
    assert "2/3" in labels(world.messages[0])
    await press(world, "older")
    assert world.shown == ["First."]
    world.answers("ok")
    await world.ask("again")
    assert world.heard()[1] == ("assistant", "First.")
    await press(world, "newer", who=world.ann)


async def test_a_shorter_version_leaves_no_messages_of_the_longer_one(world: World) -> None:
    await asked(world, "\n".join(f"Line {number} of a long answer." for number in range(150)))
    assert len(world.messages) > 1
    world.answers("Short.")
    await press(world, "regenerate")
    assert world.shown == ["Short."]
    await press(world, "older")
    assert len(world.messages) > 1
    assert world.shown[-1].endswith("Line 149 of a long answer.")


async def test_a_version_that_fails_leaves_the_one_before(world: World) -> None:
    await asked(world)
    world.says(reply({"error": {"message": "bad key"}}, status=401))
    await press(world, "regenerate")
    [shown] = world.shown
    assert shown.startswith("Waves come from wind.")
    assert "refuses the bot's key" in shown


async def test_try_with_answers_with_another_model(world: World) -> None:
    await asked(world)
    world.says(reply(MODELS))
    shown = await press(world, "try")
    assert shown.modal is not None
    world.answers("By grok-4.")
    await world.ann.submit_modal(shown, {"field": ["grok-4"]})
    assert world.grok.sent()["model"] == "grok-4"
    assert world.shown == ["By grok-4."]
    assert "grok-4" in world.said[0]


# Continue, retry


async def test_an_answer_cut_by_its_length_can_be_continued_in_place(world: World) -> None:
    world.says(reply(sse("One, two,", chunk(finish="length"))))
    await world.ask("count")
    assert "Continue" in labels(world.messages[0])
    world.answers(" three.")
    await press(world, "continue")
    assert world.shown == ["One, two, three."]
    assert "Continue" not in labels(world.messages[0])
    assert world.heard()[0:2] == [("user", "count"), ("assistant", "One, two,")]
    world.answers("ok")
    await world.ask("again")
    assert world.heard()[1] == ("assistant", "One, two, three.")


async def test_an_answer_that_broke_off_can_be_retried_and_keeps_what_came(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    held.cut()
    await world.settled()
    assert world.shown == [f"Waves\n-# {sentences.INTERRUPTED}"]
    world.answers("Waves come from wind.")
    await press(world, "retry")
    assert world.shown == ["Waves come from wind."]
    await press(world, "older")
    assert world.shown == [f"Waves\n-# {sentences.INTERRUPTED}"]


async def test_a_question_that_failed_can_be_retried(world: World) -> None:
    world.says(reply({"error": {"message": "bad key"}}, status=401))
    await world.ask("why waves?")
    world.answers("Waves come from wind.")
    await press(world, "retry")
    assert world.shown == ["Waves come from wind."]
    world.answers("ok")
    await world.ask("again")
    assert world.heard()[:2] == [("user", "why waves?"), ("assistant", "Waves come from wind.")]


# Thoughts


async def test_thoughts_are_shown_to_whoever_asks_privately(world: World) -> None:
    world.says(reply(sse(chunk(reasoning_content="hm, wind"), "Waves.", STOP)))
    await world.ask()
    assert "hm, wind" not in world.said[0]
    await press(world, "thoughts", who=world.ben)
    [whispered] = world.whispered(world.ben)
    assert "hm, wind" in whispered


async def test_an_answer_of_only_thinking_says_so_and_shows_them(world: World) -> None:
    for _ in range(5):
        world.says(reply(sse(chunk(reasoning_content="hm, wind"), STOP)))
    await world.ask()
    assert text.ONLY_THOUGHTS in world.said[0]
    await press(world, "thoughts")
    assert "hm, wind" in world.whispered(world.ann)[0]


# Branch


async def test_branch_starts_a_thread_that_carries_the_context(world: World) -> None:
    await asked(world, "Blue.", "sky?")
    await press(world, "branch")
    [thread] = world.threads()
    await asked(world, "Deep.", "sea?")
    world.answers("Because.")
    assert world.bot.user is not None
    await world.ann.send(thread, f"{world.bot.user.mention} why?")
    assert world.heard() == [("user", "sky?"), ("assistant", "Blue."), ("user", "why?")]


async def test_a_second_branch_of_the_same_answer_points_to_the_first(world: World) -> None:
    await asked(world)
    await press(world, "branch")
    await press(world, "branch")
    assert len(world.threads()) == 1
    assert any(re.search(r"<#\d+>", said) for said in world.whispered(world.ann))


# Delete


async def test_delete_asks_and_then_removes_and_forgets(world: World) -> None:
    await asked(world)
    await press(world, "delete")
    [question] = [m for m in world.channel.history(viewer=world.ann) if m.flags.ephemeral]
    await world.ann.click(question, custom_id=next(iter(ids(question).values())))
    assert world.messages == []
    world.answers("Hello.")
    await world.ask("hi")
    assert world.heard() == [("user", "hi")]


# Who may, and what is forged


@pytest.mark.parametrize("action", ["regenerate", "try", "delete"])
async def test_a_stranger_is_refused_privately(world: World, action: str) -> None:
    await asked(world)
    await press(world, action, who=world.ben)
    assert world.whispered(world.ben) == [NOT_YOURS]
    assert world.shown == ["Waves come from wind."]


async def test_a_moderator_may_regenerate(world: World) -> None:
    await asked(world)
    mod = world.newcomer("mod", manage_messages=True)
    world.answers("Wind makes waves.")
    await press(world, "regenerate", who=mod)
    assert world.shown == ["Wind makes waves."]


@pytest.mark.parametrize(
    "custom_id",
    [
        "grokcord:regenerate:1:5",
        "grokcord:regenerate:2:999999",
        "grokcord:regenerate:2:x",
        "grokcord:explode:2:1",
        "grokcord:older:2:1:x",
        "grokcord:",
        "grokcord:regenerate:2:99999999999999999999999999999999",
        "grokcord:thoughts:2:p00",
    ],
)
async def test_a_forged_or_old_button_gets_one_sentence(world: World, custom_id: str) -> None:
    assert world.bot.user is not None
    view = discord.ui.View(timeout=None).add_item(discord.ui.Button(label="x", custom_id=custom_id))
    sent = await world.bot.get_partial_messageable(world.channel.id).send("old", view=view)
    await world.ann.click(sent, label="x")
    [told] = world.whispered(world.ann)
    assert told in {text.sentence(InputError("old_button")), text.sentence(InputError("answer_forgotten"))}


async def test_a_button_of_another_channel_does_nothing_here(world: World) -> None:
    await asked(world)
    other = world.guild.create_text_channel("other")
    [custom_id] = [found for found in ids(world.messages[0]).values() if "regenerate" in found]
    view = discord.ui.View(timeout=None).add_item(discord.ui.Button(label="x", custom_id=custom_id))
    sent = await world.bot.get_partial_messageable(other.id).send("copied", view=view)
    requests = len(world.grok.requests)
    await world.ann.click(sent, label="x")
    assert len(world.grok.requests) == requests


async def test_the_released_reply_button_goes_on_working(world: World) -> None:
    view = discord.ui.View(timeout=None).add_item(discord.ui.Button(label="Reply", custom_id="grokcord:reply:1"))
    sent = await world.bot.get_partial_messageable(world.channel.id).send("Blue.", view=view)
    assert (await world.ann.click(sent, label="Reply")).modal is not None


async def test_buttons_made_before_a_restart_work_after_it(world: World) -> None:
    await asked(world, "First.")
    world.answers("Second.")
    await press(world, "regenerate")
    await world.restart()
    await press(world, "older")
    assert world.shown == ["First."]
    world.answers("Third.")
    await press(world, "regenerate")
    assert world.shown == ["Third."]
    assert "3/3" in labels(world.messages[0])


async def test_a_form_opened_before_a_restart_can_be_sent_after_it(world: World) -> None:
    await asked(world, "Blue.", "sky?")
    shown = await press(world, "reply", who=world.ben)
    await world.restart()
    world.answers("Rayleigh.")
    await world.ben.submit_modal(shown, {"field": "And why?"})
    assert world.shown[-1].endswith("Rayleigh.")


async def test_a_forgotten_answer_says_so_when_its_button_is_pressed(world: World) -> None:
    await asked(world)
    await world.ann.slash(world.channel, "memory forget", what="mine")
    await press(world, "regenerate")
    assert text.sentence(InputError("answer_forgotten")) in world.whispered(world.ann)


# Private answers


async def test_a_private_answer_is_seen_by_its_asker_alone_and_stored_nowhere(world: World) -> None:
    world.answers("Secret.", "Other.")
    await world.ann.slash(world.channel, "ask", prompt="psst", private=True)
    assert world.shown == []
    assert any("Secret." in said for said in world.whispered(world.ann))
    assert world.whispered(world.ben) == []
    await world.ask("hi")
    assert world.heard() == [("user", "hi")]


async def test_a_private_answer_can_be_regenerated_until_it_is_let_go(world: World) -> None:
    world.answers("Secret.", "Better.")
    await world.ann.slash(world.channel, "ask", prompt="psst", private=True)
    [answer] = [m for m in world.channel.history(viewer=world.ann) if m.flags.ephemeral]
    [again] = [found for found in ids(answer).values() if ":regenerate:" in found]
    await world.ann.click(answer, custom_id=again)
    assert any("Better." in said for said in world.whispered(world.ann))
    assert MOST > 100


async def test_two_buttons_at_once_do_not_write_into_each_other(world: World) -> None:
    await asked(world)
    held = world.holds()
    message = world.messages[0]
    again = next(found for found in ids(message).values() if ":regenerate:" in found)
    await world.begin(world.ann.click(message, custom_id=again))
    await world.begin(world.ann.click(message, custom_id=again))
    held.send("Once.")
    held.end()
    await world.settled()
    assert world.shown == ["Once."]
    assert text.sentence(InputError("still_writing")) in world.whispered(world.ann)


def test_the_button_row_of_an_answer_fits_discord() -> None:
    view = AnswerControls(
        "9" * 19, version=10, versions=20, can_continue=True, can_branch=True, has_thoughts=True
    ).build()
    assert len(view.to_components()) <= 5
    assert all(len(row["components"]) <= 5 for row in view.to_components())
