"""Grok as it is, with everything that is asked of it measured."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from bot.grok.capabilities import Capabilities
from bot.grok.images import OnPreview
from bot.grok.keeping import Keep
from bot.grok.protocol import Grok
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
    VideoReady,
    VideoRequest,
)
from bot.metrics.instruments import OK, Instruments, Kind, outcome_of


class _Measurement:
    """One request, from entering to leaving; what is left before `ends` without an error was given up."""

    def __init__(self, kind: Kind, instruments: Instruments, clock: Callable[[], float]) -> None:
        self._kind = kind
        self._instruments = instruments
        self._clock = clock
        self._has_begun = self._has_ended = False

    def __enter__(self) -> Self:
        self._began_at = self._clock()
        return self

    def begins(self) -> None:
        """Note the first piece; later ones change nothing."""
        if not self._has_begun:
            self._has_begun = True
            self._instruments.first_token_s.observe(self._clock() - self._began_at)

    def ends(self) -> None:
        """Note that the whole result is there; whatever happens from now on is no failure of the request."""
        if not self._has_ended:
            self._has_ended = True
            self._instruments.request_s.labels(self._kind).observe(self._clock() - self._began_at)

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, GeneratorExit):
            outcome = OK if self._has_ended else outcome_of(error or GeneratorExit())
        else:
            outcome = OK if self._has_ended and not isinstance(error, Exception) else outcome_of(error)
        self._instruments.requests.labels(self._kind, outcome).inc()


class MeasuredGrok:
    """Fulfils `bot.grok.protocol.Grok` around another. tokens: estimates how many a text has; clock: seconds."""

    def __init__(
        self,
        grok: Grok,
        instruments: Instruments,
        tokens: Callable[[str], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._grok = grok
        self._instruments = instruments
        self._tokens = tokens
        self._clock = clock

    async def stream_chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer as it comes; its tokens are counted when it ends, however it does."""
        pieces: list[str] = []
        try:
            with self._measured("chat") as call:
                async with aclosing(self._grok.stream_chat(request)) as events:
                    async for event in events:
                        match event:
                            case TextDelta() | ReasoningDelta() if event.text:
                                call.begins()
                                pieces.append(event.text)
                            case Finished():
                                call.ends()
                        yield event
        finally:
            self._relayed("".join(pieces))

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Return the whole answer."""
        with self._measured("chat") as call:
            reply = await self._grok.chat(request)
            call.ends()
        self._relayed(reply.text + reply.reasoning)
        return reply

    async def generate_images(
        self, request: ImageRequest, *, on_preview: OnPreview | None = None
    ) -> tuple[MediaRef, ...]:
        """Return the pictures that came."""
        with self._measured("image") as call:
            refs = await self._grok.generate_images(request, on_preview=on_preview)
            call.ends()
        return refs

    def stream_video(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        """Yield progress, then the clip."""
        return self._clip(self._grok.stream_video(request))

    def follow_video(self, job_id: str) -> AsyncGenerator[VideoEvent, None]:
        """Go on with a job."""
        return self._clip(self._grok.follow_video(job_id))

    async def fetch(
        self,
        ref: MediaRef,
        folder: Path,
        *,
        kind: Literal["image", "video"],
        max_bytes: int,
        keep: Keep | None = None,
    ) -> MediaFile:
        """Bring a result here."""
        with self._measured("file") as call:
            file = await self._grok.fetch(ref, folder, kind=kind, max_bytes=max_bytes, keep=keep)
            call.ends()
        return file

    async def models(self) -> tuple[Model, ...]:
        """Return what is listed."""
        with self._measured("models") as call:
            found = await self._grok.models()
            call.ends()
        return found

    async def verify(self) -> None:
        """Raise what is wrong with the address or the key; not measured."""
        await self._grok.verify()

    async def capabilities(self) -> Capabilities:
        """Return what can be asked for; not measured."""
        return await self._grok.capabilities()

    async def rest_s(self, kind: CallKind, model: str) -> float | None:
        """Return in how many seconds such a thing may be asked."""
        return await self._grok.rest_s(kind, model)

    def resting(self) -> tuple[Resting, ...]:
        """Return what is left alone now."""
        return self._grok.resting()

    async def _clip(self, events: AsyncGenerator[VideoEvent, None]) -> AsyncGenerator[VideoEvent, None]:
        with self._measured("video") as call:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, VideoReady):
                        call.ends()
                    yield event

    def _measured(self, kind: Kind) -> _Measurement:
        return _Measurement(kind, self._instruments, self._clock)

    def _relayed(self, text: str) -> None:
        if text:
            self._instruments.tokens.inc(self._tokens(text))
