"""What nobody foresaw: a number for the person, a line in the log, and what was shown stays."""

from __future__ import annotations

import httpx
import pytest

from bot.ui.sentences import controls as sentences
from tests.cogs.orders import over
from tests.cogs.world import World, said


def broken(prompt: str) -> RuntimeError:
    """Make an error whose text holds what somebody asked, as those of libraries may."""
    return RuntimeError(f"cannot handle {prompt!r}")


async def test_a_bug_after_the_first_text_leaves_the_text_and_tells_the_asker_beside_it(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    held.fail(RuntimeError("a bug"))
    await world.settled()
    world.error(RuntimeError)
    assert world.shown == [f"Waves\n-# {sentences.INTERRUPTED_BY_ME}"]
    [sentence] = world.whispered(world.ann)
    assert sentence.startswith("Something went wrong on my side.")


async def test_a_bug_after_a_mention_is_told_in_reply(world: World) -> None:
    assert world.bot.user is not None
    world.says(RuntimeError("a bug"))
    asked = await world.ann.send(world.channel, f"{world.bot.user.mention} hi")
    world.error(RuntimeError)
    [reply] = world.messages
    assert said(reply).startswith("Something went wrong on my side.")
    assert reply.reference is not None
    assert reply.reference.message_id == asked.id


async def test_a_bug_in_an_order_leaves_one_sentence(world: World) -> None:
    world.says(RuntimeError("a bug"))
    await world.ann.slash(world.channel, "video", prompt="a cat")
    await over(world)
    sentences = [part for part in [*world.shown, *world.whispered(world.ann)] if "Something went wrong" in part]
    assert len(sentences) == 1


@pytest.mark.parametrize("order", ["ask", "imagine", "video"])
async def test_the_log_tells_the_kind_of_a_bug_and_where_but_not_what_was_asked(
    world: World, caplog: pytest.LogCaptureFixture, order: str
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise broken(request.content.decode())

    world.says(fail)
    await world.ann.slash(world.channel, order, prompt="my secret question")
    await over(world)
    if order == "ask":
        world.error(RuntimeError)
    ours = [record for record in caplog.records if record.name.startswith(("bot", "cogs"))]
    written = "\n".join(record.getMessage() + str(record.exc_text) for record in ours)
    assert "error=RuntimeError" in written
    assert "test_unexpected.py" in caplog.text
    assert "my secret question" not in caplog.text


async def test_a_bug_after_the_message_was_deleted_is_told_all_the_same(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask())
    held.send("Waves")
    await world.until(lambda: world.shown == ["Waves"])
    await world.begin(world.ben_deletes(world.messages[0]))
    held.fail(RuntimeError("a bug"))
    await world.settled()
    world.error(RuntimeError)
    [sentence] = world.whispered(world.ann)
    assert sentence.startswith("Something went wrong on my side.")
