"""What the Grok server cannot do: said in `/status`, and to whoever asks for it all the same."""

from __future__ import annotations

import pytest

from bot.app import LOOK_AGAIN_S
from bot.errors import InputError
from bot.grok.capabilities import Capabilities
from tests.cogs.test_about import listing
from tests.cogs.world import World

LACKING = [
    ("video", {}, Capabilities(video=False), "makes no clips"),
    ("video", {"quality": "720p"}, Capabilities(video_qualities=()), "leave `quality` out"),
    ("video", {"seconds": 7}, Capabilities(video_seconds=(6, 10)), "It takes 6, 10"),
    ("video", {"aspect": "3:2"}, Capabilities(video_aspects=("16:9",)), "It takes 16:9"),
    ("imagine", {}, Capabilities(images_at_once=0), "draws no pictures"),
    ("imagine", {"count": 3}, Capabilities(images_at_once=2), "at most 2"),
    ("imagine", {"aspect": "1:1"}, Capabilities(image_aspects=()), "leave `aspect` out"),
]


@pytest.mark.parametrize(("command", "options", "able", "said"), LACKING)
async def test_a_command_that_the_server_cannot_carry_out_is_answered_in_a_sentence(
    world: World, command: str, options: dict[str, object], able: Capabilities, said: str
) -> None:
    world.bot.services.abilities.known = able
    await world.ann.slash(world.channel, command, prompt="a cat", **options)
    [told] = world.whispered(world.ann)
    assert said in told
    assert world.grok.requests == []
    world.error(InputError)


async def test_status_says_in_one_line_what_the_server_cannot_do(world: World) -> None:
    world.bot.services.abilities.known = Capabilities(video=False, image_edit=False, image_aspects=("1:1",))
    world.says(listing("grok-3"))
    await world.ann.slash(world.channel, "status")
    [told] = world.whispered(world.ann)
    line = "This Grok server cannot: change pictures, draw in 3:2 or 2:3 or 16:9 or 9:16, make clips."
    assert f"\n-# {line}\n" in told


async def test_commands_are_registered_anew_when_the_server_turns_out_to_be_another(world: World) -> None:
    abilities = world.bot.services.abilities
    registrations = len(world.requests("PUT", "*/commands"))
    world.says(listing("grok-3"))

    async def only_chat() -> Capabilities:
        return Capabilities(video=False)

    abilities._grok.capabilities = only_chat  # type: ignore[method-assign]  # what a look finds out
    world.env.backend.advance_clock(LOOK_AGAIN_S)
    await world.until(lambda: len(world.requests("PUT", "*/commands")) > registrations)
    names = {row["name"] for row in world.requests("PUT", "*/commands")[-1].json or ()}
    assert "video" not in names
    assert "ask" in names
