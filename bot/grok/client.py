"""The client of one Grok server: grok2api of any version, xAI's own API, or another OpenAI-compatible one."""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import httpx

from bot.errors import UpstreamError
from bot.grok.attempts import Attempts, Patience
from bot.grok.capabilities import EVERYTHING, Capabilities
from bot.grok.chat import ChatReader, chat_payload
from bot.grok.dialects import AUTO
from bot.grok.endpoint import Endpoint
from bot.grok.exchange import exchange
from bot.grok.finding import Finder, NoteBook
from bot.grok.http import DEFAULT_TIMING, Call, Timing, Wire
from bot.grok.images import OnPreview, Pictures
from bot.grok.keeping import Keep
from bot.grok.media import MediaFetcher
from bot.grok.models import parse_listing
from bot.grok.naming import named
from bot.grok.types import (
    CallKind,
    ChatEvent,
    ChatReply,
    ChatRequest,
    Finished,
    ImageRequest,
    MediaFile,
    MediaRef,
    Model,
    ReasoningDelta,
    Resting,
    TextDelta,
    VideoEvent,
    VideoRequest,
)
from bot.grok.video import Clips
from bot.secret import Secret

Sleep = Callable[[float], Awaitable[object]]

_NAMES_S = 5.0  # for the names of models, where somebody waits for the word that one does not exist


class GrokClient:
    """Chat, pictures, clips and models of one server. Every method raises the `UpstreamError` tree and nothing else.

    http: shared and closed by the caller; see `make_http`. sleep, random: for the waits between attempts.
    dialect: one of `bot.grok.dialects.DIALECTS`, or AUTO to find out. notes: keeps what was found for the next process.
    most_attempts: 1 where another server stands by to take over.
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
        dialect: str = AUTO,
        notes: NoteBook | None = None,
        most_attempts: int | None = None,
    ) -> None:
        self._wire = Wire(http, Endpoint(base_url), api_key, timing)
        self._timing = timing
        self._patience = Patience(clock, sleep, random, most_attempts)
        self._finder = Finder(self._wire, self._patience, dialect, notes)
        self._pictures = Pictures(self._wire, self._patience, self._finder)
        self._clips = Clips(self._wire, self._patience, self._finder)
        self._files = MediaFetcher(http, self._wire.endpoint, api_key, timing, self._patience)

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

    async def generate_images(
        self, request: ImageRequest, *, on_preview: OnPreview | None = None
    ) -> tuple[MediaRef, ...]:
        """Return one picture for each that was asked for, fewer if some failed; raise if all did.

        on_preview: is given unfinished pictures where the server sends them. Pictures last only hours: `fetch` at once.
        """
        async with named(request.model, self._names):
            return await self._pictures.generate(request, on_preview)

    def stream_video(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        """Yield progress as it is announced, `VideoReady` last. Close it with `aclosing` when leaving early.

        Where the server works by jobs, `VideoSubmitted` comes first, and nothing is asked until the caller goes on.
        """
        return self._film(request)

    def follow_video(self, job_id: str) -> AsyncGenerator[VideoEvent, None]:
        """Go on with a job that this process or one before it submitted: yield progress, `VideoReady` last.

        Raise UpstreamJobGone where the server does not know the job any more.
        """
        return self._clips.follow(job_id)

    async def fetch(
        self,
        ref: MediaRef,
        folder: Path,
        *,
        kind: Literal["image", "video"],
        max_bytes: int,
        keep: Keep | None = None,
    ) -> MediaFile:
        """Bring a result into a new file in `folder`, typed by its first bytes. Raise MediaError.

        keep: where what came is left on failure, for the next call to go on with.
        """
        return await self._files.fetch(ref, folder, kind=kind, max_bytes=max_bytes, keep=keep)

    async def models(self) -> tuple[Model, ...]:
        """Return what the server lists, in its order."""
        attempts = Attempts(self._patience, self._timing.short_deadline_s)
        while True:
            try:
                return await self._list(self._timing.short_deadline_s)
            except UpstreamError as error:
                await attempts.wait_or_raise(error, started=False)

    async def verify(self) -> None:
        """Raise what is wrong with the address or the key. A server that asks for no key passes."""
        await self.models()

    async def capabilities(self) -> Capabilities:
        """Return what can be asked for, as far as it is known: where nothing is, everything."""
        try:
            return (await self._finder.found()).capabilities
        except UpstreamError:
            return EVERYTHING

    async def dialect(self) -> str:
        """Return the name of the dialect that the server speaks. Raise UpstreamError where that cannot be found out."""
        return (await self._finder.found()).dialect.name

    async def _list(self, read_s: float) -> tuple[Model, ...]:
        listing = parse_listing(await self._wire.fetch(Call("models", read_s=read_s)))
        await self._finder.saw(listing)
        return listing.models

    async def _names(self) -> tuple[str, ...]:
        return tuple(model.id for model in await self._list(_NAMES_S))

    async def _film(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        async with named(request.model, self._names), aclosing(self._clips.generate(request)) as events:
            async for event in events:
                yield event

    async def rest_s(self, kind: CallKind, model: str) -> float | None:
        """Return None: one server by itself keeps no account of its rests, a pool does."""
        return None

    def resting(self) -> tuple[Resting, ...]:
        """Return nothing, for the same reason."""
        return ()

    async def _chat(self, request: ChatRequest, *, stream: bool) -> AsyncGenerator[ChatEvent, None]:
        read_s = None if stream else self._timing.chat_deadline_s
        call = Call("chat/completions", chat_payload(request, stream=stream), read_s=read_s)
        attempts = Attempts(self._patience, self._timing.chat_deadline_s)
        async with named(request.model, self._names):
            while True:
                reader = ChatReader(self._wire.secrets)
                try:
                    async with aclosing(
                        exchange(self._wire, call, reader, attempts.ends_at, self._patience.clock)
                    ) as events:
                        async for event in events:
                            yield event
                    return
                except UpstreamError as error:
                    await attempts.wait_or_raise(error, started=reader.has_started)
