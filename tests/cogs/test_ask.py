from __future__ import annotations

import pytest
from simcord import SetupError

from bot.errors import InputError
from bot.ui import text
from tests.cogs.world import DEFERRED, World, labels
from tests.grok.scripted import STOP, chunk, reply, sse


async def test_ask_ends_with_the_answer_and_a_reply_button(world: World) -> None:
    world.answers("Waves come from wind.")
    result = await world.ask("why waves?")
    assert not result.ephemeral
    assert world.shown == ["Waves come from wind."]
    assert labels(world.messages[0]) == ["Reply"]


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
    assert labels(world.messages[0]) == []
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
    assert "".join(world.shown) == answer
    assert all(len(part) <= 2000 for part in world.shown)
    assert [labels(message) for message in world.messages] == [[]] * (len(world.shown) - 1) + [["Reply"]]


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
    assert "".join(world.shown) == f"{'a' * 1500}\n{'b' * 1500}\n{'c' * 1500}"


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


async def test_thinking_is_never_shown(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("<thi", "nk>\nSecret plan", ".\n</thi", "nk>\n", chunk(None, reasoning_content="Another secret."))
    await world.until(lambda: world.shown == ["-# 💭 Thinking, 0 s …"])
    held.send("Hello.")
    held.end()
    await world.settled()
    assert world.shown == ["Hello."]
    assert "ecret" not in str([request.json for request in world.env.http_requests])


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
    assert [message.content for message in world.told(world.ann)] == ["Privately."]
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
