"""Have a server make what was ordered: ask once, follow its own job where it has one, and never ask twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import cast, get_args

from bot.errors import MediaError, UpstreamEmpty, UpstreamError, UpstreamRateLimited, UpstreamUnsupported
from bot.grok.protocol import Grok
from bot.grok.types import (
    Aspect,
    CallKind,
    ImageRequest,
    InlineImage,
    MediaRef,
    VideoEvent,
    VideoPoster,
    VideoProgress,
    VideoQuality,
    VideoReady,
    VideoRequest,
    VideoSubmitted,
)
from bot.services.cooling import Cooling
from bot.services.kept import Ended, KeptFile, Made, Submitted, packed
from bot.services.media_folder import MediaFolder
from bot.services.patience import patiently
from bot.services.staging import Card
from bot.store.order_values import Kind, Order
from bot.store.orders import Orders

POSTER_LIMIT_BYTES = 8 * 1024 * 1024
PATIENCE = timedelta(minutes=30)  # with servers whose accounts are all busy

_CALLS: dict[str, CallKind] = {"picture": "image", "clip": "video"}


class Maker:
    """Turns orders into what a server gives for them. now: aware. max_bytes: the largest file that is fetched."""

    def __init__(
        self,
        grok: Grok,
        orders: Orders,
        folder: MediaFolder,
        cooling: Cooling,
        now: Callable[[], datetime],
        *,
        max_bytes: int,
    ) -> None:
        self._grok = grok
        self._orders = orders
        self._folder = folder
        self._cooling = cooling
        self._now = now
        self._max_bytes = max_bytes

    async def make(self, order: Order, card: Card) -> Made | Submitted | Ended:
        """Ask the server, or find out that a process before this one did.

        An order that was being made when its process died has cost the server something: where the server cannot be
        asked what became of it, the order is interrupted rather than made a second time.
        """
        if order.job_id:
            return Submitted(order.job_id)
        if order.begun_at is not None:
            return Ended("interrupted")
        if order.kind not in get_args(Kind):  # a later version took it
            return Ended("failed", packed(UpstreamUnsupported()))
        source = await patiently(lambda: self._orders.source(order.id))
        picture = InlineImage(source.data, source.mime) if source else None
        gives_up_at = self._now() + PATIENCE
        busy: UpstreamRateLimited | None = None
        while True:
            await self._cooling.wait(card, _CALLS[order.kind], order.model, busy)
            try:
                return await self._asked(order, picture, card)
            except UpstreamRateLimited as refused:
                if refused.may_have_generated or self._now() >= gives_up_at:
                    return Ended("failed", packed(refused))
                await patiently(lambda: self._orders.unask(order.id))
                busy = refused
            except UpstreamError as failed:
                return Ended("failed", packed(failed))

    async def follow(self, order: Order, job_id: str, card: Card) -> Made | Submitted | Ended:
        """Ask the server how its job is until it is done."""
        try:
            return await self._watch(order, self._grok.follow_video(job_id), card)
        except UpstreamError as failed:
            return Ended("failed", packed(failed))

    async def _asked(self, order: Order, picture: InlineImage | None, card: Card) -> Made | Submitted:
        await patiently(lambda: self._orders.ask(order.id, self._now()))
        card.show("generating")
        return await (self._draw(order, picture) if order.kind == "picture" else self._film(order, picture, card))

    async def _draw(self, order: Order, source: InlineImage | None) -> Made:
        aspect = cast("Aspect | None", order.aspect)  # one of them: a command's choice
        refs = await self._grok.generate_images(ImageRequest(order.model, order.prompt, order.amount, aspect, source))
        urls = tuple(ref.url for ref in refs if ref.url)
        files = await self._stored(order, [ref for ref in refs if ref.data is not None], is_all=not urls)
        return Made(urls, files, missing=max(0, order.amount - len(urls) - len(files)))

    async def _stored(self, order: Order, refs: Sequence[MediaRef], *, is_all: bool) -> tuple[KeptFile, ...]:
        """Store pictures that came as bytes; those that cannot be are left out. is_all: raise if none can be."""
        files: list[KeptFile] = []
        failure: MediaError | None = None
        for ref in refs:
            try:
                file = await self._grok.fetch(ref, self._folder.of(order.id), kind="image", max_bytes=self._max_bytes)
            except MediaError as failed:
                failure = failed
            else:
                files.append(self._folder.kept(file))
        if failure is not None and is_all and not files:
            raise failure
        return tuple(files)

    async def _film(self, order: Order, source: InlineImage | None, card: Card) -> Made | Submitted:
        request = VideoRequest(
            order.model,
            order.prompt,
            source,
            cast("Aspect | None", order.aspect),  # one of them: a command's choice
            order.seconds,
            cast("VideoQuality | None", order.quality),  # as above
        )
        return await self._watch(order, self._grok.stream_video(request), card)

    async def _watch(self, order: Order, events: AsyncGenerator[VideoEvent, None], card: Card) -> Made | Submitted:
        async with aclosing(events):
            async for event in events:
                match event:
                    case VideoSubmitted():
                        return await self._named(order, event.job_id)
                    case VideoProgress():
                        card.show(event.stage, event.percent)
                    case VideoPoster():
                        await self._show_poster(order.id, event.poster, card)
                    case VideoReady():
                        return await self._made(order, event)
        raise UpstreamEmpty

    async def _named(self, order: Order, job_id: str) -> Submitted:
        await patiently(lambda: self._orders.name(order.id, job_id))
        return Submitted(job_id)

    async def _made(self, order: Order, ready: VideoReady) -> Made:
        poster = ready.poster.url or "" if ready.poster else ""
        if ready.clip.url:
            return Made((ready.clip.url,), poster=poster)
        folder = self._folder.of(order.id)
        clip = await self._grok.fetch(ready.clip, folder, kind="video", max_bytes=self._max_bytes)
        return Made(files=(self._folder.kept(clip),), poster=poster)

    async def _show_poster(self, order_id: int, ref: MediaRef, card: Card) -> None:
        """Fetch a poster and show it; a clip without one is still a clip."""
        try:
            folder = self._folder.of(order_id)
            poster = await self._grok.fetch(ref, folder, kind="image", max_bytes=POSTER_LIMIT_BYTES)
        except MediaError:
            return
        card.show_poster(poster.path)
