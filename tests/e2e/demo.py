"""The demo Grok server as tests see it: what it was asked, and what it is told to do wrong."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.e2e.processes import Stack

Json = dict[str, Any]  # Any: JSON, looked into by each test


class Demo:
    """The controls of a running demo Grok server."""

    def __init__(self, running: Stack) -> None:
        self._root = running.grok_root

    async def requests(self) -> list[Json]:
        """Return every request to the server's own routes, oldest first."""
        async with aiohttp.ClientSession() as http, http.get(f"{self._root}/control/requests") as reply:
            return list((await reply.json())["requests"])

    async def questions(self) -> list[Json]:
        """Return the bodies of every chat request, oldest first."""
        return [row["body"] for row in await self.requests() if row["path"] == "/v1/chat/completions"]

    async def asked(self, words: str) -> Json:
        """Return the newest request whose last message holds these words."""
        return next(body for body in reversed(await self.questions()) if words in str(body["messages"][-1]["content"]))

    async def generated(self, prompt: str) -> Json:
        """Return how many pictures or clips of a prompt, told without its tags, were begun, finished and abandoned."""
        async with aiohttp.ClientSession() as http, http.get(f"{self._root}/control/generations") as reply:
            rows = (await reply.json())["generations"]
        found: Json = next((row for row in rows if row["prompt"] == prompt), {})
        return {name: found.get(name, 0) for name in ("begun", "finished", "abandoned")}

    async def files(self) -> list[bytes]:
        """Return every file that is served, oldest first."""
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{self._root}/control/files") as reply:
                paths = [row["path"] for row in (await reply.json())["files"]]
            return [await _body(http, self._root + path) for path in paths]

    async def newest_clip(self) -> bytes:
        """Return the clip that was made last."""
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{self._root}/control/files") as reply:
                paths = [str(row["path"]) for row in (await reply.json())["files"]]
            return await _body(http, self._root + next(path for path in reversed(paths) if path.endswith(".mp4")))

    async def next(self, fault: str, times: int = 1) -> None:
        """Lay out a fault for the next requests."""
        form = {"name": fault, "times": times}
        async with aiohttp.ClientSession() as http, http.post(f"{self._root}/control/next", json=form) as reply:
            assert reply.status == 200, await reply.text()


async def _body(http: aiohttp.ClientSession, url: str) -> bytes:
    async with http.get(url) as reply:
        return await reply.read()


def told(body: Json) -> str:
    """Return everything the server was told in a request, without the system's messages."""
    said = [message["content"] for message in body["messages"] if message["role"] != "system"]
    return "\n".join(str(content) for content in said)
