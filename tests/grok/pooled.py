"""Upstreams of a pool that are scripted servers, what these answer, and somebody who asks the pool."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx

from bot.grok.client import GrokClient
from bot.grok.pool import Pool
from bot.grok.types import TextDelta
from bot.grok.upstream import Upstream
from bot.secret import Secret
from tests.grok.scripted import ASK, STOP, Server, reply, sse

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(400)).decode()


def upstream(name: str, server: Server, **more: Any) -> Upstream:  # Any: fields of an upstream
    """Return an upstream at `https://NAME.example.org/v1` with the key `key-of-NAME`."""
    base_url = more.pop("base_url", f"https://{name}.example.org/v1")

    def client(most_attempts: int | None) -> GrokClient:
        return GrokClient(
            httpx.AsyncClient(transport=httpx.MockTransport(server._answer)),
            base_url=base_url,
            api_key=Secret(f"key-of-{name}"),
            clock=server.time.clock,
            sleep=server.time.sleep,
            random=lambda: 0.5,
            most_attempts=most_attempts,
            dialect="adaptive",  # probes would take the answers of the script
        )

    return Upstream(name, client(None), client(1), base_url, **more)


class HeldBack(httpx.AsyncByteStream):
    """A body that comes when it is let. is_asked: somebody waits for it."""

    def __init__(self, body: str) -> None:
        self.is_asked, self.may_come = asyncio.Event(), asyncio.Event()
        self._body = body.encode()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_asked.set()
        await self.may_come.wait()
        yield self._body


def held_back(word: str) -> tuple[HeldBack, httpx.Response]:
    held = HeldBack(sse(word, STOP))
    return held, httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=held)


class Wall:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refuse(message: str, status: int, **headers: str) -> httpx.Response:
    return reply({"error": {"message": message}}, status=status, **headers)


def empty_pool(**headers: str) -> httpx.Response:
    return refuse("No available tokens. Please try again later.", 429, **headers)


def says(word: str) -> httpx.Response:
    return reply(sse(word, STOP))


def draws() -> httpx.Response:
    return reply(sse(f"![image](data:image/jpeg;base64,{JPEG})", STOP))


async def answer(pool: Pool, model: str = "grok-4") -> str:
    async with aclosing(pool.stream_chat(replace(ASK, model=model))) as events:
        return "".join([event.text async for event in events if isinstance(event, TextDelta)])
