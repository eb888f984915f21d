"""The client of one Grok server: grok2api of any version, xAI's own API, or another OpenAI-compatible one."""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import httpx

from bot.errors import UpstreamError
from bot.grok.chat import ChatReader, chat_payload
from bot.grok.endpoint import Endpoint
from bot.grok.exchange import exchange
from bot.grok.http import DEFAULT_TIMING, Call, Timing, Wire
from bot.grok.models import parse_models
from bot.grok.retry import delay_s, may_retry
from bot.grok.types import ChatEvent, ChatReply, ChatRequest, Finished, Model, ReasoningDelta, TextDelta
from bot.secret import Secret

Sleep = Callable[[float], Awaitable[object]]


class GrokClient:
    """Chat, pictures, clips and models of one server. Every method raises the `UpstreamError` tree and nothing else.

    http: shared and closed by the caller; see `make_http`. sleep, random: for the waits between attempts.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        api_key: Secret,
        timing: Timing = DEFAULT_TIMING,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._wire = Wire(http, Endpoint(base_url), api_key, timing)
        self._timing = timing
        self._clock = clock
        self._sleep = sleep
        self._random = random

    def stream_chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer as it comes, `Finished` last. Close it with `aclosing` when leaving early.

        Where only reasoning came, no `TextDelta` did. What fails before anything was shown is tried again; afterwards
        it raises: `UpstreamInterrupted` where part of the answer was shown.
        """
        return self._chat(request, stream=True)

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Return the whole answer, asked for in one piece."""
        text: list[str] = []
        reasoning: list[str] = []
        finish = Finished("stop")
        async with aclosing(self._chat(request, stream=False)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        text.append(event.text)
                    case ReasoningDelta():
                        reasoning.append(event.text)
                    case Finished():
                        finish = event
        return ChatReply("".join(text), "".join(reasoning), finish)

    async def models(self) -> tuple[Model, ...]:
        """Return what the server lists, in its order."""
        call = Call("models", read_s=self._timing.short_deadline_s)
        return parse_models(await self._repeated(lambda: self._wire.fetch(call)))

    async def verify(self) -> None:
        """Raise what is wrong with the address or the key. A server that asks for no key passes."""
        await self.models()

    async def _chat(self, request: ChatRequest, *, stream: bool) -> AsyncGenerator[ChatEvent, None]:
        ends_at = self._clock() + self._timing.chat_deadline_s
        read_s = None if stream else self._timing.chat_deadline_s
        call = Call("chat/completions", chat_payload(request, stream=stream), read_s=read_s)
        attempt = 1
        while True:
            reader = ChatReader(self._wire.secrets)
            try:
                async with aclosing(exchange(self._wire, call, reader, ends_at, self._clock)) as events:
                    async for event in events:
                        yield event
                return
            except UpstreamError as error:
                await self._wait_or_raise(error, attempt, ends_at, started=reader.has_started)
            attempt += 1

    async def _repeated(self, send: Callable[[], Awaitable[bytes]]) -> bytes:
        """Send a harmless request until it succeeds or trying again is useless."""
        ends_at = self._clock() + self._timing.short_deadline_s
        attempt = 1
        while True:
            try:
                return await send()
            except UpstreamError as error:
                await self._wait_or_raise(error, attempt, ends_at, started=False)
            attempt += 1

    async def _wait_or_raise(self, error: UpstreamError, attempt: int, ends_at: float, *, started: bool) -> None:
        """Wait until the next attempt, or raise `error` if there is to be none."""
        wait_s = delay_s(attempt, error.retry_after_s, self._random)
        if self._clock() + wait_s >= ends_at or not may_retry(error, attempt=attempt, started=started):
            raise error
        await self._sleep(wait_s)
