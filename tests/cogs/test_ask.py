from __future__ import annotations

import pytest
from simcord import SetupError

from bot.errors import InputError
from bot.ui import text
from bot.ui.sentences import controls as sentences
from tests.cogs.world import DEFERRED, World, labels, without_footer
from tests.grok.scripted import STOP, chunk, reply, sse

CHECKBOX, RADIO_GROUP = 23, 21  # Discord: types of components


async def test_ask_ends_with_the_answer_and_a_reply_button(world: World) -> None:
    world.answers("Waves come from wind.")
    result = await world.ask("why waves?")
    assert not result.ephemeral
    assert world.shown == ["Waves come from wind."]
    assert "Reply" in labels(world.messages[0])


async def test_ask_is_acknowledged_before_anything_else(world: World) -> None:
    world.answers("Hello.")
    before = len(world.env.http_requests)
    await world.ask()
    first = world.env.http_requests[before]
    assert first.path.endswith("/callback")
    assert first.json == {"type": DEFERRED}


async def test_an_answer_grows_in_the_channel_while_it_is_written(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask("why waves?"))
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    assert labels(world.messages[0]) == ["Stop"]
    held.send(" come")
    await world.until(lambda: world.shown == ["Waves come"])
    held.send(" from wind.")
    held.end()
    await world.settled()
    assert world.shown == ["Waves come from wind."]


async def test_a_long_answer_goes_on_in_further_messages(world: World) -> None:
    answer = "\n".join(f"Line {number} of a long answer about the tides." for number in range(150))
    world.answers(answer)
    await world.ask()
    assert len(world.shown) > 2
    assert "\n".join(part.rstrip("\n") for part in world.shown) == answer
    assert all(len(part) <= 2000 for part in world.shown)
    assert ["Reply" in labels(message) for message in world.messages] == [False] * (len(world.shown) - 1) + [True]


async def test_a_long_answer_grows_over_several_messages(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("a" * 1500 + "\n")
    await world.until(lambda: len(world.shown) == 1)
    held.send("b" * 1500 + "\n")
    await world.until(lambda: len(world.shown) == 2)
    held.send("c" * 1500)
    held.end()
    await world.settled()
    assert [part.rstrip("\n") for part in world.shown] == ["a" * 1500, "b" * 1500, "c" * 1500]


async def test_the_footer_says_which_model_answered_and_what_it_was_told(world: World) -> None:
    world.answers("Blue.", "Rayleigh.", "Fresh.")
    await world.ask("sky?")
    assert world.said[-1] == "Blue.\n-# grok-3"
    await world.ask("why?")
    assert world.said[-1] == "Rayleigh.\n-# grok-3 · 2 turns"
    await world.ann.slash(world.channel, "ask", prompt="hi", fresh=True)
    assert world.said[-1] == "Fresh.\n-# grok-3 · without memory"
    assert world.heard() == [("user", "hi")]


async def test_the_fast_model_is_one_option_away(world: World) -> None:
    world.says(reply({"data": [{"id": "grok-3"}, {"id": "grok-3-mini"}]}))
    world.answers("Quick.")
    await world.ann.slash(world.channel, "ask", prompt="hi", fast=True)
    assert world.grok.sent()["model"] == "grok-3-mini"


async def test_another_model_can_be_asked_for_one_question(world: World) -> None:
    world.says(reply({"data": [{"id": "grok-3"}, {"id": "grok-4"}]}))
    world.answers("From grok-4.", "From grok-3.")
    await world.ann.slash(world.channel, "ask", prompt="hi", model="grok-4")
    assert world.grok.sent()["model"] == "grok-4"
    await world.ask()
    assert world.grok.sent()["model"] == "grok-3"


async def test_a_model_that_is_gone_is_named_with_the_nearest_ones(world: World) -> None:
    world.says(reply({"data": [{"id": "grok-3"}, {"id": "grok-4"}]}))
    await world.ann.slash(world.channel, "ask", prompt="hi", model="grok-44")
    [told] = world.shown
    assert "grok-44" in told
    assert "grok-4" in told.replace("grok-44", "")
    world.error(InputError)


async def test_a_file_is_read_and_goes_along(world: World) -> None:
    world.answers("Two plants.")
    await world.ann.slash(
        world.channel, "ask", prompt="how many?", file=("garden.csv", b"plant,height\nmoss,2\nfern,9\n")
    )
    assert "fern,9" in world.heard()[-1][1]


async def test_what_was_cut_of_a_file_is_told_above_the_answer_and_to_the_model(world: World) -> None:
    world.answers("Much moss.", "Still much.")
    await world.ann.slash(world.channel, "ask", prompt="what?", file=("a`b.txt", b"moss\n" * 20_000))
    note = "first 60,000 of 100,000 characters"
    assert world.shown[0].startswith(f"-# Read `a'b.txt`: {note}\nMuch moss.")
    assert f"a`b.txt ({note}):" in world.heard()[-1][1]


async def test_a_file_that_cannot_be_read_is_refused_by_name(world: World) -> None:
    await world.ann.slash(world.channel, "ask", prompt="what?", file=("a.zip", b"PK\x03\x04" + bytes(100)))
    assert "`a.zip` is something I cannot read" in world.shown[0]
    assert world.grok.requests == []
    world.error(InputError)


async def test_a_blank_prompt_is_answered_privately_and_asks_nobody(world: World) -> None:
    result = await world.ask("  \n ")
    assert result.ephemeral
    assert world.whispered(world.ann) == ["Please write something for me to work with: the prompt was empty."]
    assert world.grok.requests == []
    world.error(InputError)


async def test_six_thousand_characters_reach_the_server_whole(world: World) -> None:
    world.answers("Long.")
    await world.ask("x" * 6000)
    assert world.heard() == [("user", "x" * 6000)]
    with pytest.raises(SetupError, match="6000"):
        await world.ask("x" * 6001)


async def test_thinking_is_never_mixed_into_the_answer(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("<thi", "nk>\nA plan", ".\n</thi", "nk>\n", chunk(None, reasoning_content="Another\nplan."))
    await world.until(lambda: world.shown == ["-# 💭 Thinking, 0 s …\n-# Another"])
    assert labels(world.messages[0]) == ["Stop"]
    held.send("Hello.")
    held.end()
    await world.settled()
    assert world.shown == ["Hello."]
    world.answers("ok")
    await world.ask()
    assert "plan" not in str(world.heard())


async def test_a_code_block_is_shown_whole_though_it_names_the_thinking_tag(world: World) -> None:
    world.answers("Use `<think>` like this:\n```xml\n<think>x</think>\n```")
    await world.ask()
    assert world.shown == ["Use `<think>` like this:\n```xml\n<think>x</think>\n```"]


async def test_an_answer_cut_by_its_length_says_so(world: World) -> None:
    world.says(reply(sse("Once upon", chunk(finish="length"))))
    await world.ask()
    assert world.shown == [f"Once upon\n-# {text.CUT_BY_LENGTH}"]


async def test_the_part_that_a_filter_let_through_is_kept(world: World) -> None:
    world.says(reply(sse("Once upon", chunk(finish="content_filter"))))
    await world.ask()
    assert world.shown == [f"Once upon\n-# {text.FILTERED}"]


async def test_ask_in_a_direct_message_is_answered_there(world: World) -> None:
    world.answers("Privately.")
    await world.ann.user.slash("ask", prompt="hi")
    assert [without_footer(message.content) for message in world.told(world.ann)] == ["Privately."]
    assert world.shown == []


async def test_an_empty_answer_is_a_sentence(world: World) -> None:
    world.says(reply(sse(chunk("", role="assistant"), STOP)), reply(b""))
    await world.ask()
    assert world.shown == [text.EMPTY_ANSWER]


async def test_an_answer_of_thoughts_alone_is_a_sentence(world: World) -> None:
    world.says(reply(sse("<think>\nHm.", "\n</think>\n", STOP)))
    await world.ask()
    assert world.shown == [text.ONLY_THOUGHTS]


async def test_a_first_piece_that_fails_is_asked_for_again(world: World) -> None:
    world.says(reply({"error": {"message": "No available tokens"}}, status=429))
    world.answers("Second try.")
    await world.ask()
    assert world.shown == ["Second try."]


async def with_json(world: World) -> None:
    keeper = world.newcomer("keeper", manage_channels=True)
    shown = await keeper.slash(world.channel, "tune")
    assert shown.modal is not None
    fields = {row["component"]["type"]: row["component"]["custom_id"] for row in shown.modal["components"]}
    await keeper.submit_modal(shown, {fields[CHECKBOX]: True, fields[RADIO_GROUP]: "normal"})


async def test_json_is_shown_as_code_and_attached_as_a_file(world: World) -> None:
    await with_json(world)
    world.answers('{"_a_": "*b*"}')
    await world.ask("as JSON")
    assert world.shown[-1] == '```json\n{\n  "_a_": "*b*"\n}\n```'
    [file] = world.messages[-1].attachments
    assert file.filename == "answer.json"
    assert world.grok.sent()["response_format"] == {"type": "json_object"}


async def test_what_is_no_json_twice_is_shown_as_it_is_and_said_to_be_none(world: World) -> None:
    await with_json(world)
    world.answers("No.", "Still no.")
    await world.ask("as JSON")
    assert world.shown[-1] == f"Still no.\n-# {sentences.NOT_JSON}"
    assert world.messages[-1].attachments == []
