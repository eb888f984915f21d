"""A bot of several processes: each session hears of its own servers, and direct messages of shard 0."""

from __future__ import annotations

import aiohttp
import pytest

from sandbox.server import Options, Sandbox
from sandbox.snowflake import shard_of
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Start
from tests.sandbox.play import Person, Rest
from tests.sandbox.test_gateway import Wire

SHARDS = 4


@pytest.fixture
def options() -> Options:
    return Options(token="t0ken", has_limits=False, shards=SHARDS)


def rooms(sandbox: Sandbox) -> dict[int, str]:
    """Return a channel of each shard's server."""
    places = [(shard_of(room.guild_id, SHARDS), room) for room in sandbox.world.channels.values()]
    return {shard: str(room.id) for shard, room in places if room.name == "general"}


async def listening(sandbox: Sandbox, session: aiohttp.ClientSession) -> list[Wire]:
    """Return a session for each shard; all of them have been told of their server."""
    wires = [await Wire.open(sandbox, session) for _ in range(SHARDS)]
    for shard, wire in enumerate(wires):
        ready = await wire.identify(sandbox, shard=[shard, SHARDS], intents=1 | 1 << 9 | 1 << 12 | 1 << 15)
        assert [shard_of(int(guild["id"]), SHARDS) for guild in ready["guilds"]] == [shard]
        await wire.until("GUILD_CREATE")
    return wires


async def test_every_shard_has_a_server_and_bots_are_told_how_many_shards_to_use(rest: Rest, sandbox: Sandbox) -> None:
    assert [shard_of(guild_id, SHARDS) for guild_id in sandbox.world.guilds] == [0, 1, 2, 3]
    assert len({guild.name for guild in sandbox.world.guilds.values()}) == SHARDS
    assert (await rest.ask("GET", "/gateway/bot")).body["shards"] == SHARDS


async def test_a_person_sees_the_servers_of_all_shards(you: Person, sandbox: Sandbox) -> None:
    state = (await you.ask("GET", "state")).body
    assert [guild["name"] for guild in state["guilds"]] == [guild.name for guild in sandbox.world.guilds.values()]


async def test_messages_and_commands_reach_the_session_of_their_server_alone(
    sandbox: Sandbox, session: aiohttp.ClientSession, rest: Rest, you: Person
) -> None:
    command = {"name": "ping", "description": "Ping", "type": 1}
    await rest.ask("PUT", f"/applications/{sandbox.world.bot.id}/commands", [command])
    wires = await listening(sandbox, session)
    for shard, room in rooms(sandbox).items():
        await you.say(room, f"to {shard}")
        await you.use(room, "ping")
        assert (await wires[shard].next())["d"]["content"] == f"to {shard}"
        heard = await wires[shard].next()
        assert (heard["t"], heard["d"]["channel_id"]) == ("INTERACTION_CREATE", room)


async def test_direct_messages_and_commands_in_them_reach_shard_0_alone(
    sandbox: Sandbox, session: aiohttp.ClientSession, rest: Rest, you: Person
) -> None:
    command = {"name": "ping", "description": "Ping", "type": 1, "contexts": [0, 1], "integration_types": [0]}
    await rest.ask("PUT", f"/applications/{sandbox.world.bot.id}/commands", [command])
    wires = await listening(sandbox, session)
    dm = (await you.ask("POST", "dms", {"recipient_id": str(sandbox.world.bot.id)})).body["id"]
    await you.say(dm, "hello")
    await you.use(dm, "ping")
    names = [(await wires[0].next())["t"] for _ in range(3)]
    assert names == ["CHANNEL_CREATE", "MESSAGE_CREATE", "INTERACTION_CREATE"]
    rooms_by_shard = rooms(sandbox)
    for shard in range(1, SHARDS):  # nothing but this came
        await you.say(rooms_by_shard[shard], "next")
        assert (await wires[shard].next())["d"]["content"] == "next"


async def test_two_clients_with_ranges_of_shards_hear_their_own_servers(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    class Listener(Bot):
        async def on_message(self, message: object, /) -> None:
            self.note(getattr(message, "content", None))

    first, second = Listener(shard_count=SHARDS), Listener(shard_count=SHARDS)
    first.shard_ids, second.shard_ids = [0, 1], [2, 3]
    await start(first)
    await start(second)
    assert {guild.shard_id for guild in first.guilds} == {0, 1}
    assert {guild.shard_id for guild in second.guilds} == {2, 3}
    for room in rooms(sandbox).values():
        await you.say(room, f"<@{sandbox.world.bot.id}> {room}")
    by_shard = rooms(sandbox)
    assert {str(await first.next_note()).split()[-1] for _ in range(2)} == {by_shard[0], by_shard[1]}
    assert {str(await second.next_note()).split()[-1] for _ in range(2)} == {by_shard[2], by_shard[3]}
