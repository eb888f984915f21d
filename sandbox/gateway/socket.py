"""One gateway socket: greets, reads what the bot says, writes what its session sends.

Source: https://discord.com/developers/docs/events/gateway
"""

from __future__ import annotations

import asyncio
import json
import zlib

from aiohttp import WSMsgType, web

from sandbox.gateway import intents
from sandbox.gateway.hub import Hub
from sandbox.gateway.session import Hangup, Session
from sandbox.shapes import Json, to_text
from sandbox.world import World

HEARTBEAT_MS = 41_250
# An ACK that overtakes the client's own bookkeeping thread spoils its latency figure; Discord is never that near.
ACK_DELAY_S = 0.03
_GOODBYE = frozenset({1000, 1001})
_HEARTBEAT, _IDENTIFY, _RESUME, _REQUEST_MEMBERS = 1, 2, 6, 8
_IGNORED = frozenset({3, 4, 31, 37})  # presence, voice state, soundboard, channel info


class Socket:
    """Serves one connection from HELLO to its end. is_compressed: as one zlib stream."""

    def __init__(
        self, world: World, hub: Hub, token: str, socket: web.WebSocketResponse, *, is_compressed: bool
    ) -> None:
        self._world = world
        self._hub = hub
        self._token = token
        self._socket = socket
        self._compressor = zlib.compressobj(level=1) if is_compressed else None
        self._outbox: asyncio.Queue[str | Hangup] = asyncio.Queue()
        self._put = self._outbox.put_nowait
        self._session: Session | None = None
        self._hung_up = False

    async def serve(self) -> None:
        """Talk until either side hangs up."""
        self._say(10, {"heartbeat_interval": HEARTBEAT_MS, "_trace": ["sandbox"]})
        writing = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            if self._session is not None:
                said_goodbye = not self._hung_up and self._socket.close_code in _GOODBYE
                self._hub.detach(self._session, self._put, is_final=said_goodbye)

    def _say(self, opcode: int, data: object) -> None:
        self._put(to_text({"op": opcode, "d": data, "s": None, "t": None}))

    async def _write(self) -> None:
        """Send what is in the outbox, in order."""
        while True:
            frame = await self._outbox.get()
            if isinstance(frame, Hangup):
                self._hung_up = True
                await self._socket.close(code=frame.code, message=frame.reason.encode())
                return
            try:
                await self._transmit(frame)
            except ConnectionError:
                return

    async def _transmit(self, frame: str) -> None:
        if self._compressor is None:
            await self._socket.send_str(frame)
            return
        packed = self._compressor.compress(frame.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        await self._socket.send_bytes(packed)

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                continue
            try:
                frame = json.loads(message.data)
                opcode, data = int(frame["op"]), frame.get("d")
            except (ValueError, KeyError, TypeError, AttributeError):
                self._put(Hangup(4002, "Error while decoding payload."))
                continue
            self._hear(opcode, data)

    def _hear(self, opcode: int, data: object) -> None:
        """Act on one message of the bot."""
        if opcode == _HEARTBEAT:
            asyncio.get_running_loop().call_later(ACK_DELAY_S, self._say, 11, None)
        elif opcode == _IDENTIFY:
            self._identify(data if isinstance(data, dict) else {})
        elif opcode == _RESUME:
            self._resume(data if isinstance(data, dict) else {})
        elif self._session is None:
            self._put(Hangup(4003, "Not authenticated."))
        elif opcode == _REQUEST_MEMBERS:
            self._send_members(self._session, data if isinstance(data, dict) else {})
        elif opcode not in _IGNORED:
            self._put(Hangup(4001, "Unknown opcode."))

    def _is_ours(self, data: Json) -> bool:
        given = str(data.get("token", "")).removeprefix("Bot ")
        if given != self._token:
            self._put(Hangup(4004, "Authentication failed."))
        return given == self._token

    def _identify(self, data: Json) -> None:
        if not self._is_ours(data):
            return
        wanted, shard = data.get("intents"), data.get("shard", [0, 1])
        if self._session is not None:
            self._put(Hangup(4005, "Already authenticated."))
        elif not isinstance(wanted, int) or not 0 <= wanted <= intents.EVERY:
            self._put(Hangup(4013, "Invalid intent(s)."))
        elif not (isinstance(shard, list) and len(shard) == 2 and 0 <= shard[0] < shard[1]):
            self._put(Hangup(4010, "Invalid shard."))
        else:
            self._session = self._hub.open(shard[0], shard[1], wanted, self._put)

    def _resume(self, data: Json) -> None:
        if not self._is_ours(data):
            return
        if self._session is not None:
            self._put(Hangup(4005, "Already authenticated."))
            return
        seen = data.get("seq")
        self._session = self._hub.resume(str(data.get("session_id")), seen if isinstance(seen, int) else -1, self._put)
        if self._session is None:
            self._say(9, False)

    def _send_members(self, session: Session, data: Json) -> None:
        """Answer REQUEST_GUILD_MEMBERS: by ids, or by the beginning of the name ("" is everybody)."""
        guild = self._world.guilds.get(int(data.get("guild_id") or 0))
        if guild is None:
            return
        wanted = data.get("user_ids")
        if wanted is not None:
            user_ids = [int(user_id) for user_id in (wanted if isinstance(wanted, list) else [wanted])]
        else:
            start = str(data.get("query") or "").lower()
            named = [user_id for user_id in guild.members if self._world.users[user_id].name.startswith(start)]
            user_ids = named[: int(data.get("limit") or 0) or None]
        chunk = self._hub.member_chunk(guild, user_ids, data.get("nonce"))
        session.send("GUILD_MEMBERS_CHUNK", to_text(chunk))


async def serve(request: web.Request, world: World, hub: Hub, token: str) -> web.StreamResponse:
    """Serve a gateway connection; the query says how it is written."""
    if request.query.get("encoding", "json") != "json":
        raise web.HTTPBadRequest(text="only encoding=json is spoken here")
    socket = web.WebSocketResponse(compress=False, max_msg_size=64 * 1024, decode_text=True)
    await socket.prepare(request)
    # A client that asks for zstd-stream understands plain text frames as well, so zlib is all that is needed.
    is_compressed = request.query.get("compress") == "zlib-stream"
    await Socket(world, hub, token, socket, is_compressed=is_compressed).serve()
    return socket
