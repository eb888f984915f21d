"""Several upstreams as one: who is asked, who takes over, and who is left alone for a while."""

from __future__ import annotations

import asyncio
import logging
import random as random_module
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

import httpx

from bot.errors import UpstreamError, UpstreamJobGone, UpstreamKeyRefused
from bot.grok.breaker import State
from bot.grok.breakers import Breakers, RestBook
from bot.grok.capabilities import EVERYTHING, Capabilities
from bot.grok.choosing import candidates
from bot.grok.client import GrokClient
from bot.grok.endpoint import Endpoint
from bot.grok.images import OnPreview
from bot.grok.keeping import Keep
from bot.grok.tour import Leg, Means, Tour, rest_s
from bot.grok.types import (
    CallKind,
    ChatEvent,
    ChatReply,
    ChatRequest,
    ImageRequest,
    MediaFile,
    MediaRef,
    Model,
    ReasoningDelta,
    Resting,
    TextDelta,
    VideoEvent,
    VideoRequest,
    VideoSubmitted,
)
from bot.grok.union import union
from bot.grok.upstream import Upstream

T = TypeVar("T")

log = logging.getLogger(__name__)


class Pool:
    """Fulfils `bot.grok.protocol.Grok` over its upstreams, of which there may be one only.

    wall_clock: seconds since the epoch. book: remembers rests for other processes and for the next start.
    """

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        *,
        book: RestBook | None = None,
        wall_clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._upstreams = tuple(upstreams)
        self._breakers = Breakers(wall_clock, book)
        self._means = Means(self._breakers)
        self._random = random

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """The upstreams, as they are listed."""
        return self._upstreams

    def replace(self, upstreams: Sequence[Upstream]) -> None:
        """Go on with other upstreams. Calls under way end where they began; what is the same server keeps its rest."""
        before = {each.name: each for each in self._upstreams}
        for each in upstreams:
            if each.name in before and each.identity != before[each.name].identity:
                self._breakers.forget(each.name)
            allowance = self._means.allowance(each)
            allowance.at_once, allowance.per_minute = each.at_once, each.per_minute
        self._upstreams = tuple(upstreams)

    def stream_chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer as it comes. Another upstream takes over as long as nothing of it came."""
        return self._asked(
            "chat", request.model, lambda client, model: client.stream_chat(replace(request, model=model))
        )

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Return the whole answer."""
        return await self._whole(
            "chat", request.model, lambda client, model: client.chat(replace(request, model=model))
        )

    async def generate_images(
        self, request: ImageRequest, *, on_preview: OnPreview | None = None
    ) -> tuple[MediaRef, ...]:
        """Return the pictures that came. Another upstream takes over only where none can have been drawn."""
        return await self._whole(
            "image",
            request.model,
            lambda client, model: client.generate_images(replace(request, model=model), on_preview=on_preview),
        )

    def stream_video(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        """Yield progress, then the clip; a job's number begins with the name of its upstream and a slash."""
        return self._asked(
            "video", request.model, lambda client, model: client.stream_video(replace(request, model=model))
        )

    async def follow_video(self, job_id: str) -> AsyncGenerator[VideoEvent, None]:
        """Go on with a job where it was submitted. One without a name is of a time when there was one upstream only."""
        name, slash, own_id = job_id.partition("/")
        found = [each for each in self._upstreams if (each.name == name if slash else "video" in each.kinds)]
        if not found:
            raise UpstreamJobGone("the server that has this clip is not listed any more")
        async with aclosing(found[0].client.follow_video(own_id if slash else job_id)) as events:
            async for event in events:
                yield event

    async def fetch(
        self,
        ref: MediaRef,
        folder: Path,
        *,
        kind: Literal["image", "video"],
        max_bytes: int,
        keep: Keep | None = None,
    ) -> MediaFile:
        """Bring a result here by the client whose server it is on: no other key goes there. Raise MediaError."""
        return await self._fetcher(ref).fetch(ref, folder, kind=kind, max_bytes=max_bytes, keep=keep)

    async def models(self) -> tuple[Model, ...]:
        """Return what all of them list; one that is away is left out. Raise where all are."""
        listings = await self._from_all(lambda each: each.client.models())
        rows = [row for each, listing in listings for row in each.listed(listing)]
        return tuple({row.id: row for row in reversed(rows)}[name] for name in dict.fromkeys(row.id for row in rows))

    async def verify(self) -> None:
        """Pass where one of them accepts its key; warn of those that do not."""
        await self._from_all(lambda each: each.client.verify())

    async def capabilities(self) -> Capabilities:
        """Return what one or the other can do."""
        try:
            found = await self._from_all(lambda each: each.client.capabilities())
        except UpstreamError:
            return EVERYTHING
        return union([(each.kinds, able) for each, able in found])

    async def rest_s(self, kind: CallKind, model: str) -> float | None:
        """Return in how many seconds one of them may be asked for such a thing, 0.0: now."""
        await self._breakers.look()
        return rest_s(self._means, [each for each in self._upstreams if each.serves(kind, model)], kind)

    def resting(self) -> tuple[Resting, ...]:
        """Return what is left alone now, in the order of the upstreams."""
        open_now = dict(self._breakers.resting())
        return tuple(
            Resting(each.name, kind, open_now[each.name, kind].until, open_now[each.name, kind].reason, is_served)
            for each in self._upstreams
            for kind in sorted(each.kinds)
            if (each.name, kind) in open_now
            for is_served in [
                any(kind in other.kinds and (other.name, kind) not in open_now for other in self._upstreams)
            ]
        )

    def breaker_states(self) -> dict[tuple[str, CallKind], State]:
        """Return how each breaker stands, by the name of the upstream and the kind of call."""
        keys: list[tuple[str, CallKind]] = [
            (each.name, kind) for each in self._upstreams for kind in sorted(each.kinds)
        ]
        return {key: self._breakers.state(key) for key in keys}

    async def _asked(
        self, kind: CallKind, model: str, begin: Callable[[GrokClient, str], AsyncGenerator[T, None]]
    ) -> AsyncGenerator[T, None]:
        """Yield what one upstream gives, the next one taking over while nothing came."""
        tour = Tour(self._means, kind, model, candidates(self._upstreams, kind, model, self._random))
        while True:
            async with tour.next() as leg:
                has_begun = False
                try:
                    async with aclosing(begin(leg.client, leg.model)) as events:
                        async for event in events:
                            if not has_begun and _says_something(event):
                                has_begun = True
                                await leg.begins()
                            yield _named(event, leg.upstream)
                    await leg.works()
                    return
                except UpstreamError as error:
                    await leg.fails(error)
                    if has_begun or not tour.goes_on_after(error):
                        raise
                    log.info("another upstream may take over upstream=%s kind=%s error=%s", *_told(leg, kind, error))

    async def _whole(self, kind: CallKind, model: str, ask: Callable[[GrokClient, str], Awaitable[T]]) -> T:
        async def begin(client: GrokClient, own_model: str) -> AsyncGenerator[T, None]:
            yield await ask(client, own_model)

        async with aclosing(self._asked(kind, model, begin)) as results:
            async for result in results:
                answer = result
        return answer

    async def _from_all(self, ask: Callable[[Upstream], Awaitable[T]]) -> list[tuple[Upstream, T]]:
        """Return what each upstream answers. Raise what the most hopeful one says where none does."""
        answers = await asyncio.gather(*map(ask, self._upstreams), return_exceptions=True)
        good: list[tuple[Upstream, T]] = []
        bad: list[UpstreamError] = []
        for each, answer in zip(self._upstreams, answers, strict=True):
            if isinstance(answer, UpstreamError):
                bad.append(answer)
                if len(self._upstreams) > 1:
                    log.warning("does not answer as expected upstream=%s error=%s", each.name, type(answer).__name__)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                good.append((each, answer))
        if not good and bad:
            raise next((error for error in bad if not isinstance(error, UpstreamKeyRefused)), bad[0])
        return good

    def _fetcher(self, ref: MediaRef) -> GrokClient:
        site = _site(ref.url) if ref.url else None
        at_home = [each for each in self._upstreams if each.site == site and ref.url]
        # Several on one host are told apart by the paths of their addresses.
        best = max(at_home, key=lambda each: _shared(each.base_url, ref.url or ""), default=self._upstreams[0])
        return best.client


def _says_something(event: object) -> bool:
    return not isinstance(event, TextDelta | ReasoningDelta) or bool(event.text.strip())


def _named(event: T, upstream: Upstream) -> T:
    return replace(event, job_id=f"{upstream.name}/{event.job_id}") if isinstance(event, VideoSubmitted) else event


def _told(leg: Leg, kind: CallKind, error: UpstreamError) -> tuple[str, CallKind, str]:
    return leg.upstream.name, kind, type(error).__name__


def _site(address: str) -> tuple[str, str, int | None] | None:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return None
    return url.scheme, url.host.lower(), url.port or (443 if url.scheme == "https" else 80)


def _shared(base_url: str, address: str) -> int:
    root = Endpoint(base_url).root
    return len(root) if address.startswith(f"{root}/") else 0
