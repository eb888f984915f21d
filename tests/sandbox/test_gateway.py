from __future__ import annotations

import asyncio
import json

import aiohttp
import discord
import pytest

from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Start
from tests.sandbox.play import PATIENCE_S, Json, Person, Rest, channel_id


class Wire:
    """A bare gateway connection without compression."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, sandbox: Sandbox, session: aiohttp.ClientSession) -> Wire:
        url = sandbox.origin.replace("http", "ws") + "/gateway?v=10&encoding=json"
        wire = cls(await session.ws_connect(url))
        assert (await wire.next())["op"] == 10
        return wire

    async def next(self) -> Json:
        return dict(await self._socket.receive_json(timeout=PATIENCE_S))

    async def until(self, name: str) -> Json:
        while (frame := await self.next())["t"] != name:
            pass
        return frame

    async def say(self, opcode: int, data: object) -> None:
        await self._socket.send_str(json.dumps({"op": opcode, "d": data}))

    async def identify(self, sandbox: Sandbox, **fields: object) -> Json:
        await self.say(2, {"token": sandbox.token, "intents": 513, "properties": {}, **fields})
        return dict((await self.until("READY"))["d"])

    async def closed_with(self) -> int | None:
        while (await self._socket.receive(timeout=PATIENCE_S)).type not in {
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
        }:
            pass
        return self._socket.close_code

    async def vanish(self) -> None:
        """Go without a goodbye that would end the session."""
        await self._socket.close(code=4900)


async def test_wrong_token_is_closed_with_4004_and_refused_by_rest(
    sandbox: Sandbox, session: aiohttp.ClientSession, redirected: None
) -> None:
    wire = await Wire.open(sandbox, session)
    await wire.say(2, {"token": "wrong", "intents": 0, "properties": {}})
    assert await wire.closed_with() == 4004
    bot = Bot()
    with pytest.raises(discord.LoginFailure):
        await bot.start("wrong")
    await bot.close()


@pytest.mark.parametrize(
    ("frame", "code"),
    [("{", 4002), ('{"op":99,"d":null}', 4003), ('{"op":2,"d":{"token":"t0ken","intents":-1}}', 4013)],
)
async def test_bad_frames_end_with_discords_close_codes(
    sandbox: Sandbox, session: aiohttp.ClientSession, frame: str, code: int
) -> None:
    wire = await Wire.open(sandbox, session)
    await wire._socket.send_str(frame)
    assert await wire.closed_with() == code


async def test_resume_replays_exactly_what_was_missed(
    sandbox: Sandbox, session: aiohttp.ClientSession, you: Person
) -> None:
    wire = await Wire.open(sandbox, session)
    ready = await wire.identify(sandbox)
    last = await wire.until("GUILD_CREATE")
    await wire.vanish()
    await you.until("PRESENCE", lambda presence: not presence["online"])
    said = [(await you.say(channel_id(sandbox), f"missed {n}"))["id"] for n in range(3)]
    again = await Wire.open(sandbox, session)
    await again.say(6, {"token": sandbox.token, "session_id": ready["session_id"], "seq": last["s"]})
    frames = [await again.next() for _ in range(4)]
    assert [frame["t"] for frame in frames] == ["MESSAGE_CREATE"] * 3 + ["RESUMED"]
    assert [frame["d"]["id"] for frame in frames[:3]] == said
    assert [frame["s"] for frame in frames] == [last["s"] + n for n in range(1, 5)]


async def test_unknown_session_cannot_be_resumed(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    wire = await Wire.open(sandbox, session)
    await wire.say(6, {"token": sandbox.token, "session_id": "gone", "seq": 1})
    answer = await wire.next()
    assert (answer["op"], answer["d"]) == (9, False)


async def test_heartbeats_are_acknowledged(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    wire = await Wire.open(sandbox, session)
    await wire.say(1, None)
    assert (await wire.next())["op"] == 11


async def test_events_outside_the_intents_are_not_sent(
    sandbox: Sandbox, session: aiohttp.ClientSession, you: Person
) -> None:
    wire = await Wire.open(sandbox, session)
    await wire.identify(sandbox, intents=1)
    await you.say(channel_id(sandbox), "not heard")
    sandbox.world.add_channel(next(iter(sandbox.world.guilds.values())), "new")
    names = [(await wire.next())["t"], (await wire.next())["t"]]
    assert names == ["GUILD_CREATE", "CHANNEL_CREATE"]


async def test_members_are_listed_on_request(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    wire = await Wire.open(sandbox, session)
    ready = await wire.identify(sandbox)
    await wire.say(8, {"guild_id": ready["guilds"][0]["id"], "query": "", "limit": 0, "nonce": "n"})
    chunk = (await wire.until("GUILD_MEMBERS_CHUNK"))["d"]
    assert {member["user"]["username"] for member in chunk["members"]} == {"you", "ada", "linus", "Bot"}
    assert chunk["nonce"] == "n"


async def test_real_client_survives_a_dropped_socket_and_hears_what_it_missed(
    sandbox: Sandbox, you: Person, start: Start, rest: Rest
) -> None:
    class Listener(Bot):
        async def on_message(self, message: discord.Message, /) -> None:
            self.note(message.id)

        async def on_shard_resumed(self, shard_id: int) -> None:
            self.note(f"resumed {shard_id}")

    bot = Listener()
    await start(bot)
    assert (await rest.control("POST", "gateway/drop", {"shard": 0, "resumable": True}))["dropped"] == 1
    await you.until("PRESENCE", lambda presence: not presence["online"])
    said = await you.say(channel_id(sandbox), "missed")
    assert {await bot.next_note(), await bot.next_note()} == {int(said["id"]), "resumed 0"}


async def test_invalidated_session_makes_the_client_identify_anew(sandbox: Sandbox, start: Start, rest: Rest) -> None:
    bot = Bot()
    connected: asyncio.Queue[int] = asyncio.Queue()

    async def on_shard_connect(shard_id: int) -> None:
        connected.put_nowait(shard_id)

    bot.add_listener(on_shard_connect)
    await start(bot)
    await rest.control("POST", "gateway/drop", {"shard": 0, "resumable": False})
    async with asyncio.timeout(PATIENCE_S):
        assert [await connected.get(), await connected.get()] == [0, 0]


async def test_every_shard_hears_its_own_guilds_only(sandbox: Sandbox, you: Person, start: Start, rest: Rest) -> None:
    while len({(guild_id >> 22) % 2 for guild_id in sandbox.world.guilds}) < 2:
        made = await rest.control("POST", "guilds", {"name": "Other"})
    channels = await rest.control("POST", f"guilds/{made['id']}/channels", {"name": "room", "count": 2})

    class Listener(Bot):
        async def on_message(self, message: discord.Message, /) -> None:
            assert message.guild is not None
            self.note((message.id, message.guild.shard_id))

    bot = Listener(shard_count=2)
    await start(bot)
    assert {guild.id: guild.shard_id for guild in bot.guilds} == {
        guild_id: (guild_id >> 22) % 2 for guild_id in sandbox.world.guilds
    }
    for place in (channel_id(sandbox), channels[1]["id"]):
        said = await you.say(place, "hi")
        guild_id = sandbox.world.channels[int(place)].guild_id or 0
        assert await bot.next_note() == (int(said["id"]), (guild_id >> 22) % 2)
    assert channels[1]["name"] == "room-2"
