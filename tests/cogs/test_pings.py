"""Nothing that a model, a server or a prompt says may ping anybody."""

from __future__ import annotations

from simcord import HttpLogEntry

from tests.cogs.orders import CLIP_HTML, clip, over, picture
from tests.cogs.world import World
from tests.grok.scripted import STOP, reply, sse

LOUD = "@everyone @here"


def pings(world: World) -> list[HttpLogEntry]:
    """Return the requests that write something and leave it to Discord who is pinged by it."""
    written = [request for request in world.requests() if request.method in {"POST", "PATCH"} and writes(request.json)]
    assert written
    return [request for request in written if not is_quiet(body(request.json))]


def body(json: object) -> dict[str, object]:
    """Return the message in a request, which callbacks wrap."""
    assert isinstance(json, dict)
    data = json.get("data")
    return data if isinstance(data, dict) else json


def writes(json: object) -> bool:
    return isinstance(json, dict) and bool(body(json).get("content") or body(json).get("components"))


def is_quiet(message: dict[str, object]) -> bool:
    allowed = message.get("allowed_mentions")
    return isinstance(allowed, dict) and allowed.get("parse") == [] and not allowed.get("replied_user")


async def test_no_answer_can_ping(world: World) -> None:
    held = world.holds()
    await world.begin(world.ask(LOUD))
    held.send(f"{LOUD} {world.ben.mention} first")
    await world.until(lambda: world.shown)
    held.send("\n" + "x" * 1990, f"\n{LOUD} {world.guild.default_role.mention} {world.ben.mention}")
    held.end()
    await world.settled()
    assert len(world.shown) == 2
    assert pings(world) == []


async def test_no_answer_to_a_mention_can_ping(world: World) -> None:
    assert world.bot.user is not None
    world.answers(f"{LOUD} {world.ben.mention}")
    await world.ann.send(world.channel, f"{world.bot.user.mention} hi")
    await world.ann.send(world.channel, f"{world.bot.user.mention}")
    assert len(world.shown) == 2
    assert pings(world) == []


async def test_no_card_can_ping_and_the_note_after_it_pings_the_asker_alone(world: World) -> None:
    world.says(reply(sse("50%\n", CLIP_HTML, STOP)), reply(picture()), reply(clip()))
    await world.ann.slash(world.channel, "video", prompt=f"{LOUD} {world.ben.mention}")
    await over(world)
    world.says(reply(sse(f"I will not draw {LOUD}", STOP)))
    await world.ann.slash(world.channel, "imagine", prompt=f"{LOUD} {world.ben.mention}")
    await over(world)
    notes = list(world.requests("POST", "/channels/*/messages"))
    assert [body(note.json).get("allowed_mentions") for note in notes] == [
        {"parse": [], "users": [world.ann.id], "replied_user": False}
    ] * 2
    assert [request for request in pings(world) if request not in notes] == []


async def test_no_private_message_can_ping(world: World) -> None:
    world.answers(f"{LOUD} {world.ben.mention}")
    await world.ask(f"{LOUD} {world.ben.mention}")
    await world.ann.slash(world.channel, "memory show")
    await world.ann.slash(world.channel, "memory forget")
    assert len(world.whispered(world.ann)) == 2
    assert pings(world) == []
