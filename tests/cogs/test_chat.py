"""Talking without a command: mentions, direct messages, the Reply button; and the ends all questions share."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from simcord import InteractionResult

from bot.errors import InputError
from bot.ui import text
from tests.cogs.world import World, labels, without_footer


async def reply_to_the_last_answer(world: World, prompt: str) -> InteractionResult:
    shown = await world.ben.click(world.messages[-1], label="Reply")
    assert shown.modal is not None
    [row] = shown.modal["components"]
    return await world.ben.submit_modal(shown, {row["component"]["custom_id"]: prompt})


async def test_a_mention_is_answered_as_a_reply_with_the_button(world: World) -> None:
    world.answers("Hello, Ann.")
    assert world.bot.user is not None
    asked = await world.ann.send(world.channel, f"{world.bot.user.mention} hi there")
    assert world.heard() == [("user", "hi there")]
    assert world.shown == ["Hello, Ann."]
    [answer] = world.messages
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    assert "Reply" in labels(answer)


async def test_a_message_that_does_not_mention_the_bot_is_left_alone(world: World) -> None:
    await world.ann.send(world.channel, "nothing for you")
    assert (world.shown, world.grok.requests) == ([], [])


async def test_a_direct_message_is_a_question(world: World) -> None:
    world.answers("Privately.")
    await world.ann.send_dm("hi")
    assert [without_footer(message.content) for message in world.told(world.ann)] == ["Privately."]
    assert world.heard() == [("user", "hi")]


async def test_a_picture_in_a_message_that_mentions_the_bot_is_looked_at(world: World) -> None:
    world.answers("A red square.")
    assert world.bot.user is not None
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    await world.ann.send(world.channel, world.bot.user.mention, attachments=[("red.png", data.getvalue())])
    assert world.shown == ["A red square."]
    messages = world.grok.sent()["messages"]
    assert isinstance(messages, list)
    assert [part["type"] for part in messages[-1]["content"]] == ["text", "image_url"]
    assert messages[-1]["content"][1]["image_url"]["url"].startswith("data:image/")


async def test_a_mention_without_a_question_gets_told_how(world: World) -> None:
    assert world.bot.user is not None
    await world.ann.send(world.channel, world.bot.user.mention)
    assert world.shown == [text.MENTION_WITHOUT_TEXT]


async def test_the_reply_button_shows_the_question_above_the_answer(world: World) -> None:
    world.answers("Blue.", "Rayleigh.")
    await world.ask("sky?")
    await reply_to_the_last_answer(world, "And why?")
    assert world.shown[-1] == "-# **ben** asks: And why?\nRayleigh."
    assert world.heard() == [("user", "[ann] wrote:\n> sky?"), ("assistant", "Blue."), ("user", "[ben] And why?")]
    assert "Reply" in labels(world.messages[-1])


async def test_the_reply_button_works_after_a_restart(world: World) -> None:
    world.answers("Blue.", "Rayleigh.")
    await world.ask("sky?")
    await world.restart()
    await reply_to_the_last_answer(world, "And why?")
    assert world.shown[-1].endswith("Rayleigh.")
    assert world.heard()[:2] == [("user", "[ann] wrote:\n> sky?"), ("assistant", "Blue.")]


async def test_a_bot_that_is_ending_takes_no_new_question(world: World) -> None:
    await world.bot.work.drain(patience_s=0, farewell_s=0)
    await world.ask()
    assert world.whispered(world.ann) == [text.DRAINING]
    assert world.grok.requests == []
    world.error(InputError)


async def test_what_nobody_foresaw_gets_a_number_and_logs_no_question(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.says(RuntimeError("a bug"))
    await world.ask("my secret question")
    [told] = world.shown
    found = re.fullmatch(re.escape(text.UNEXPECTED).replace(r"\{incident\}", "([0-9a-f]{8})"), told)
    assert found is not None
    assert f"incident={found[1]}" in caplog.text
    assert "error=RuntimeError" in caplog.text
    assert "my secret question" not in caplog.text
    world.error(RuntimeError)
