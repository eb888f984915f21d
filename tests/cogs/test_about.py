from __future__ import annotations

import httpx

from bot.errors import UpstreamUnavailable
from tests.cogs.world import World
from tests.grok.scripted import reply


def listing(*names: str) -> httpx.Response:
    return reply({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


async def test_models_are_listed_privately_and_the_ones_in_use_marked(world: World) -> None:
    world.says(listing("grok-3", "grok-4"))
    result = await world.ann.slash(world.channel, "models")
    assert result.ephemeral
    [told] = world.whispered(world.ann)
    assert "- `grok-3` · **/ask**\n- `grok-4`\n" in told


async def test_a_configured_model_that_the_server_lacks_is_named(world: World) -> None:
    world.says(listing("grok-4"))
    await world.ann.slash(world.channel, "models")
    [told] = world.whispered(world.ann)
    assert "not listed by the server" in told
    assert "`grok-3` for /ask" in told


async def test_models_of_a_server_that_is_down_are_a_sentence(world: World) -> None:
    world.says(*[httpx.ConnectError("refused")] * 9)
    await world.ann.slash(world.channel, "models")
    [told] = world.whispered(world.ann)
    assert told.startswith("Grok cannot be reached right now.")
    world.error(UpstreamUnavailable)


async def test_status_is_told_while_the_server_is_down(world: World) -> None:
    world.says(*[httpx.ConnectError("refused")] * 9)
    result = await world.ann.slash(world.channel, "status")
    assert result.ephemeral
    [told] = world.whispered(world.ann)
    assert "Grok cannot be reached right now." in told
    assert "1 shard" in told
