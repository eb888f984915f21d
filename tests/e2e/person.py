"""A person in the local Discord: what the page does, done by a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
Json = dict[str, Any]  # Any: Discord's JSON, looked into by each test

EPHEMERAL = 64
LOADING = 128


async def eventually(look: Callable[[], Awaitable[T | None]], *, within_s: float = 30.0, what: str = "it") -> T:
    """Return the first result of `look` that is true; fails with `what` after `within_s`."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := await look()):
                await asyncio.sleep(0.02)
            return found
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {within_s} s") from None


class Frames:
    """What a person's page is told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self, name: str, *, within_s: float = 30.0) -> Json:
        """Return the data of the next frame of a kind."""
        async with asyncio.timeout(within_s):
            while True:
                frame = await self._socket.receive_json()
                if frame["t"] == name:
                    return dict(frame["d"])


class Person:
    """One person, over the person API."""

    def __init__(self, http: aiohttp.ClientSession, page: str, user_id: str) -> None:
        self._http = http
        self._page = page
        self._root = f"{page}as/{user_id}/"
        self.user_id = user_id

    async def other(self, name: str) -> Person:
        """Return somebody else."""
        known = (await self.get("state"))["people"]
        return Person(self._http, self._page, next(row["id"] for row in known if row["username"] == name))

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Frames]:
        """Listen to what happens from now on."""
        async with self._http.ws_connect(f"{self._root}live", max_msg_size=0) as socket:
            frames = Frames(socket)
            await frames.next("READY")
            yield frames

    async def get(self, path: str) -> Any:  # Any: JSON
        """Ask the person API."""
        async with self._http.get(self._root + path) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def post(self, path: str, payload: Json, files: list[tuple[str, bytes]] | None = None) -> Any:  # Any: JSON
        """Do something, with or without files."""
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps(payload), content_type="application/json")
        for number, (name, data) in enumerate(files or []):
            form.add_field(f"files[{number}]", data, filename=name)
        body = {"data": form} if files else {"json": payload}
        async with self._http.post(self._root + path, **body) as reply:
            assert reply.status < 300, f"{reply.status} {await reply.text()}"
            return await reply.json(content_type=None)

    async def patch(self, path: str, payload: Json) -> None:
        """Change something."""
        async with self._http.patch(self._root + path, json=payload) as reply:
            assert reply.status < 300, await reply.text()

    async def delete(self, path: str) -> None:
        """Remove something."""
        async with self._http.delete(self._root + path) as reply:
            assert reply.status < 300, await reply.text()

    async def control(self, path: str, payload: Json | None = None) -> Any:  # Any: JSON
        """Use the tests' controls of the local Discord."""
        url = f"{self._page}control/{path}"
        call = self._http.get(url) if payload is None else self._http.post(url, json=payload)
        async with call as reply:
            assert reply.status < 300, await reply.text()
            return await reply.json(content_type=None)

    async def control_delete(self, path: str) -> None:
        """Take something away by the tests' controls of the local Discord."""
        async with self._http.delete(f"{self._page}control/{path}") as reply:
            assert reply.status < 300, await reply.text()

    async def clear_faults(self) -> None:
        """Call off the faults that requests of the bot's were to meet."""
        async with self._http.delete(f"{self._page}control/faults") as reply:
            assert reply.status < 300, await reply.text()

    async def channel(self, name: str = "general") -> str:
        """Return the id of a channel of the seeded server."""
        state = await self.get("state")
        return str(next(row["id"] for row in state["guilds"][0]["channels"] if row["name"] == name))

    async def place(self, name: str) -> str:
        """Open a channel that nobody wrote in yet, and return its id."""
        guild = (await self.get("state"))["guilds"][0]["id"]
        return str((await self.control(f"guilds/{guild}/channels", {"name": name}))[0]["id"])

    async def bot_id(self) -> str:
        """Return the bot's id."""
        return str((await self.get("state"))["application"]["bot"]["id"])

    async def command(
        self,
        channel_id: str,
        name: str,
        options: list[Json] | None = None,
        files: list[tuple[str, bytes]] | None = None,
    ) -> str:
        """Use a slash command; the interaction's id."""
        payload = {"channel_id": channel_id, "name": name, "options": options or []}
        return str((await self.post("interactions/command", payload, files))["interaction_id"])

    async def ask(
        self, channel_id: str, prompt: str, *options: Json, files: list[tuple[str, bytes]] | None = None
    ) -> str:
        """Use `/ask`; the interaction's id."""
        return await self.command(channel_id, "ask", [{"name": "prompt", "type": 3, "value": prompt}, *options], files)

    async def asked(self, channel_id: str, prompt: str, *options: Json) -> Json:
        """Use `/ask` and return the finished answer."""
        return await self.answer(channel_id, await self.ask(channel_id, prompt, *options))

    async def point(self, message: Json, name: str) -> str:
        """Use a command on a message; the interaction's id."""
        payload = {"channel_id": message["channel_id"], "name": name, "type": 3, "target_id": message["id"]}
        return str((await self.post("interactions/command", payload))["interaction_id"])

    async def press(self, message: Json, label: str) -> str:
        """Press a button, by its label or emoji; the interaction's id."""
        where = {"channel_id": message["channel_id"], "message_id": message["id"]}
        payload = {**where, "component_type": 2, "custom_id": buttons(message)[label]["custom_id"]}
        return str((await self.post("interactions/component", payload))["interaction_id"])

    async def choose(self, message: Json, select: Json, value: str) -> str:
        """Choose from a list below a message; the interaction's id."""
        where = {"channel_id": message["channel_id"], "message_id": message["id"]}
        payload = {**where, "component_type": select["type"], "custom_id": select["custom_id"], "values": [value]}
        return str((await self.post("interactions/component", payload))["interaction_id"])

    async def submit(self, form: Json, *values: object) -> str:
        """Send a form with these values, in the order of its fields; the interaction's id."""
        filled = []
        for label, value in zip(form["modal"]["components"], values, strict=True):
            field = {"type": label["component"]["type"], "custom_id": label["component"]["custom_id"]}
            field["values" if isinstance(value, list) else "value"] = value
            filled.append({"type": 18, "component": field})
        payload = {"interaction_id": form["interaction_id"], "components": filled}
        return str((await self.post("interactions/modal", payload))["interaction_id"])

    async def say(self, channel_id: str, content: str, **more: Any) -> Json:  # Any: JSON values
        """Send a message."""
        return dict(await self.post(f"channels/{channel_id}/messages", {"content": content, **more}))

    async def messages(self, channel_id: str) -> list[Json]:
        """Return a channel's messages, oldest first."""
        return list(reversed(await self.get(f"channels/{channel_id}/messages?limit=50")))

    async def from_bot(self, channel_id: str) -> list[Json]:
        """Return the bot's messages that are no longer "thinking", oldest first."""
        rows = await self.messages(channel_id)
        return [row for row in rows if row["author"].get("bot") and not row["flags"] & LOADING]

    async def first(
        self, channel_id: str, fits: Callable[[Json], object], *, within_s: float = 60.0, what: str = "a message"
    ) -> Json:
        """Return the bot's first message in a channel that fits."""

        async def look() -> Json | None:
            return next((row for row in await self.from_bot(channel_id) if fits(row)), None)

        try:
            return await eventually(look, within_s=within_s, what=what)
        except AssertionError as late:
            seen = [texts(row) for row in await self.from_bot(channel_id)]
            raise AssertionError(f"{late}; the bot says: {seen}") from None

    async def whisper(self, channel_id: str, text: str) -> Json:
        """Return what only this person is told, once it reads so."""
        return await self.first(
            channel_id, lambda row: row["flags"] & EPHEMERAL and text in texts(row), what=f"a whisper of {text!r}"
        )

    async def answer(self, channel_id: str, interaction_id: str, *, within_s: float = 60.0) -> Json:
        """Return the finished answer of an interaction: finished is what has its buttons."""
        return await self.first(
            channel_id,
            lambda row: row.get("interaction_metadata", {}).get("id") == interaction_id and is_finished(row),
            within_s=within_s,
            what="an answer with buttons",
        )

    async def changed(self, message: Json, fits: Callable[[Json], object], *, what: str = "the change") -> Json:
        """Return a message of the bot's once it fits."""
        return await self.first(message["channel_id"], lambda row: row["id"] == message["id"] and fits(row), what=what)

    async def versions(self, message_id: str) -> list[Json]:
        """Return every state a message had."""
        return list((await self.control(f"messages/{message_id}/versions"))["versions"])

    async def requests(self) -> list[Json]:
        """Return every request the bot made."""
        return list((await self.control("requests"))["requests"])

    async def download(self, url: str) -> bytes:
        """Fetch an attachment."""
        async with self._http.get(url) as reply:
            assert reply.status == 200
            return await reply.read()


@asynccontextmanager
async def people(page: str) -> AsyncIterator[Callable[[str], Person]]:
    """Give a function from a person's name to the person."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{page}people") as reply:
            known = {row["username"]: row["id"] for row in (await reply.json())["people"]}
        yield lambda name: Person(http, page, known[name])


def buttons(message: Json) -> dict[str, Json]:
    """Return a message's buttons by their labels, or by their emoji where they have none."""
    rows = [row["components"] for row in message["components"] if row["type"] == 1]
    pressable = [button for row in rows for button in row if button["type"] == 2]
    return {str(button.get("label") or button["emoji"]["name"]): button for button in pressable}


def is_writing(message: Json) -> bool:
    """Tell whether an answer is being written: it has a Stop button."""
    return any(":stop:" in str(button.get("custom_id")) for button in buttons(message).values())


def is_finished(message: Json) -> bool:
    """Tell whether an answer has the buttons of one that is finished."""
    return bool(message["components"]) and not is_writing(message)


def texts(message: Json) -> str:
    """Return everything readable of a message, components V2 included."""
    found: list[str] = [message.get("content", "")]

    def walk(parts: list[Json]) -> None:
        for part in parts:
            if isinstance(part.get("content"), str):
                found.append(part["content"])
            walk(part.get("components", []))

    walk(message.get("components", []))
    return "\n".join(text for text in found if text)


def said(message: Json) -> str:
    """Return what an answer says, without the small lines around it."""
    return "\n".join(line for line in message["content"].splitlines() if not line.startswith("-# ")).strip()
