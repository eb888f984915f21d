"""The common course of every request that makes something: faults first, then a stream or one JSON body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from sandbox.grok.demo import DEMO, ENTRY, Demo
from sandbox.grok.errors import json_response, upstream_failed
from sandbox.grok.faults import Faults, take_tags
from sandbox.grok.ledger import Generation, Made
from sandbox.grok.player import LIFE_SIGN_S, Player
from sandbox.grok.replies import stream_only, whole_reply
from sandbox.grok.steps import Script, Step
from sandbox.grok.twists import CUTS, STALLS, framing, stall_s, twisted
from sandbox.grok.voice import ProxyVoice, VendorVoice, Voice
from sandbox.grok.wire import Wire

SLOW_FIRST_S = 12.0
LOST = (*CUTS, *STALLS, "drop")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request under way. prompt: what was asked, without the tags that name faults."""

    demo: Demo
    request: web.Request
    faults: Faults
    prompt: str

    @classmethod
    def begin(cls, request: web.Request, asked: str) -> Exchange:
        """Read the faults out of what was asked and take those laid out for this request."""
        demo = request.app[DEMO]
        prompt, tagged = take_tags(asked)
        queued = demo.queue.take(request.path, makes_something=True)
        return cls(demo, request, queued | tagged, prompt)

    def generating(self, kind: Made, number: int = 1) -> Generation:
        """Count what is made of this request; where the client leaves before it exists, it counts as abandoned."""
        return self.demo.ledger.begin(self.prompt, kind, number, is_left=self.is_left)

    async def wait(self, seconds: float) -> None:
        """Let time pass, as long as somebody waits for the answer."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        # A transport offers no event to wait for.
        while not self.is_left() and (left := end - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, LIFE_SIGN_S))

    def is_left(self) -> bool:
        """Tell whether the client has gone; a connection that a fault tore down does not count."""
        transport = self.request.transport
        return (transport is None or transport.is_closing()) and "drop" not in self.faults

    @property
    def style(self) -> Faults:
        """How the answer is written: as this kind of server does, or as the faults want it."""
        return self.demo.settings.kind.manner | self.faults

    @property
    def first_s(self) -> float:
        """Seconds until the first sign of an answer."""
        if "slow_first" in self.faults:
            return self.faults.number("slow_first", SLOW_FIRST_S)
        return self.faults.number("first", self.demo.settings.first_token_s)

    @property
    def per_s(self) -> float:
        """Tokens a second."""
        return max(0.01, self.faults.number("rate", self.demo.settings.tokens_per_s))


@dataclass(frozen=True, slots=True)
class Reply:
    """Both forms of an answer; only the one that is needed is made."""

    model: str
    is_stream: bool
    script: Callable[[], Script]
    body: Callable[[], Awaitable[dict[str, object]]]
    is_chat: bool = False
    is_picture: bool = False

    def voice(self, faults: Faults) -> Voice:
        """Return how this answer's chunks look."""
        if "xai" in faults:
            return VendorVoice(self.model, "xai")
        if "openrouter" in faults:
            return VendorVoice(self.model, "openrouter")
        if "citations" in faults:
            return VendorVoice(self.model, "go")
        return ProxyVoice(self.model, has_fingerprint=self.is_chat)


async def respond(exchange: Exchange, reply: Reply) -> web.StreamResponse:
    """Answer a request in the form it asked for, or in the way the faults make of it."""
    faults = exchange.faults
    is_stream = (reply.is_stream or "sse_for_json" in faults) and "json_for_sse" not in faults
    replaced = whole_reply(faults, model=reply.model, is_stream=is_stream)
    if replaced is not None:
        return replaced
    entry = exchange.request[ENTRY]
    if not is_stream:
        return await _respond_whole(exchange, reply)
    wire = Wire(framing(faults), entry.emissions)
    await wire.open(exchange.request, {"X-Demo-Request": str(entry.n)})
    only = stream_only(faults, is_picture=reply.is_picture)
    made = reply.script() if only is None else _steps(only)
    # Both are closed: closing a generator does not close the one it reads from.
    async with aclosing(made), aclosing(twisted(made, faults)) as script:
        await Player(wire, reply.voice(exchange.style), exchange.per_s).play(script)
    return await wire.close()


async def _steps(steps: list[Step]) -> Script:
    for step in steps:
        yield step


async def _respond_whole(exchange: Exchange, reply: Reply) -> web.Response:
    faults = exchange.faults
    if "g2" in faults and faults.any(*LOST):
        raise upstream_failed("Upstream request failed: stream interrupted")
    if faults.any(*STALLS):
        await asyncio.sleep(stall_s(faults))
    elif "silent" in faults:
        await asyncio.sleep(faults.number("silent", 5))
    body = await reply.body()
    exchange.request[ENTRY].emissions.finish()
    return json_response(body, headers={"X-Demo-Request": str(exchange.request[ENTRY].n)})
