"""What the tests of the sandbox play with: a person at a page, a bare REST client, a clock that is turned by hand."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.server import Sandbox

PATIENCE_S = 10.0
Json = dict[str, Any]  # Any: JSON as it came over the socket


class HandClock:
    """Two clocks that stand still until a test turns them."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    def turn(self, seconds: float) -> None:
        self.elapsed_s += seconds

    def clock(self) -> Clock:
        return Clock(lambda: 1_800_000_000.0 + self.elapsed_s, lambda: 1000.0 + self.elapsed_s)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any  # Any: JSON as it came over the socket


class Rest:
    """A REST client with nothing of a Discord library."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def ask(self, method: str, path: str, body: object = None, *, auth: str | None = None) -> Answer:
        headers = {"Authorization": f"Bot {self.sandbox.token}" if auth is None else auth}
        return await self.send(method, self.sandbox.api + path, json=body, headers=headers)

    async def upload(self, path: str, form: Json, *files: bytes, method: str = "POST") -> Answer:
        data = aiohttp.FormData()
        data.add_field("payload_json", json.dumps(form), content_type="application/json")
        for index, content in enumerate(files):
            data.add_field(f"files[{index}]", io.BytesIO(content), filename=f"file-{index}.bin")
        headers = {"Authorization": f"Bot {self.sandbox.token}"}
        return await self.send(method, self.sandbox.api + path, data=data, headers=headers)

    async def control(self, method: str, path: str, body: object = None) -> Any:
        answer = await self.send(method, f"{self.sandbox.page}control/{path}", json=body)
        assert answer.status < 300, answer
        return answer.body

    async def send(self, method: str, url: str, **kwargs: Any) -> Answer:
        if kwargs.get("json", ...) is None:
            del kwargs["json"]
        async with self._session.request(method, url, **kwargs) as response:
            raw = await response.read()
            is_json = raw and response.content_type == "application/json"
            return Answer(response.status, dict(response.headers), json.loads(raw) if is_json else raw)


class Person:
    """Somebody with the page open: sees frames, and does what the page lets people do."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, name: str) -> None:
        self.sandbox = sandbox
        self.user = next(user for user in sandbox.world.users.values() if user.name == name)
        self.frames: list[Json] = []
        self._session = session
        self._base = f"{sandbox.page}as/{self.user.id}/"
        self._arrived = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        socket = await self._session.ws_connect(self._base + "live")
        self._reading = asyncio.create_task(self._read(socket))
        await self.until("READY")

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                async with self._arrived:
                    self.frames.append(json.loads(message.data))
                    self._arrived.notify_all()
        finally:
            await socket.close()

    async def until(self, name: str, fits: Callable[[Json], bool] = lambda _: True) -> Json:
        """Wait for a frame, which may have come already, and return what it says."""
        found: list[Json] = []

        def came() -> bool:
            found[:] = [frame["d"] for frame in self.frames if frame["t"] == name and fits(frame["d"])]
            return bool(found)

        async with asyncio.timeout(PATIENCE_S), self._arrived:
            await self._arrived.wait_for(came)
        return found[0]

    async def answer(self, text: str) -> Json:
        """Wait for a message that reads so, new or edited."""
        names = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
        found: list[Json] = []

        def came() -> bool:
            shown = [frame["d"] for frame in self.frames if frame["t"] in names]
            found[:] = [message for message in shown if message["content"] == text]
            return bool(found)

        async with asyncio.timeout(PATIENCE_S), self._arrived:
            await self._arrived.wait_for(came)
        return found[-1]

    def seen(self, name: str) -> list[Json]:
        return [frame["d"] for frame in self.frames if frame["t"] == name]

    async def ask(self, method: str, path: str, body: object = None, **kwargs: Any) -> Answer:
        kwargs = kwargs or {"json": body}
        async with self._session.request(method, self._base + path, **kwargs) as response:
            raw = await response.read()
            return Answer(response.status, dict(response.headers), json.loads(raw) if raw else None)

    async def say(self, channel_id: str, content: str, **form: object) -> Json:
        answer = await self.ask("POST", f"channels/{channel_id}/messages", {"content": content, **form})
        assert answer.status == 200, answer
        return dict(answer.body)

    async def use(self, channel_id: str, name: str, options: list[Json] | None = None, **form: object) -> Answer:
        body = {"channel_id": channel_id, "name": name, "options": options or [], **form}
        return await self.ask("POST", "interactions/command", body)

    async def press(self, message: Json, custom_id: str, kind: int = 2, **form: object) -> Answer:
        where = {"channel_id": message["channel_id"], "message_id": message["id"]}
        body = {**where, "custom_id": custom_id, "component_type": kind, **form}
        return await self.ask("POST", "interactions/component", body)

    async def with_files(self, path: str, form: Json, *files: tuple[str, bytes]) -> Answer:
        data = aiohttp.FormData()
        data.add_field("payload_json", json.dumps(form), content_type="application/json")
        for index, (filename, content) in enumerate(files):
            data.add_field(f"files[{index}]", content, filename=filename)
        return await self.ask("POST", path, data=data)


def channel_id(sandbox: Sandbox, name: str = "general") -> str:
    return str(next(channel.id for channel in sandbox.world.channels.values() if channel.name == name))


def option(name: str, value: object, kind: int = 3) -> Json:
    return {"name": name, "type": kind, "value": value}
