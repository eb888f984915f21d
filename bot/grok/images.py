"""Orders for pictures: by the chat form where one will do, by the images API for several (points 5, 6, 17 to 19)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from bot.errors import UpstreamError, UpstreamModelUnknown, UpstreamRefused, UpstreamUnsupported
from bot.grok.attempts import Attempts, Patience
from bot.grok.chat import data_uri, user_message
from bot.grok.exchange import exchange
from bot.grok.http import Call, Wire
from bot.grok.image_reader import ImageReader, picture_in
from bot.grok.types import Aspect, ImageRequest, MediaRef

OnPreview = Callable[[MediaRef], Awaitable[None]]

SIZES: dict[Aspect, str] = {
    "1:1": "1024x1024",
    "3:2": "1792x1024",
    "2:3": "1024x1792",
    "16:9": "1280x720",
    "9:16": "720x1280",
}

_BAD_FIELD_STATUSES = (400, 422)
_OPTIONAL_FIELDS = ("size", "aspect_ratio", "stream")  # the proxy knows the first, xAI the second, both may refuse one
# Another form of the same order may do: the server has not begun anything.
_OTHER_FORM = (UpstreamUnsupported, UpstreamModelUnknown)


class Pictures:
    """Takes orders for pictures to one server."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience

    async def generate(self, request: ImageRequest, on_preview: OnPreview | None = None) -> tuple[MediaRef, ...]:
        """Return the pictures that came, at least one; raise if none did."""
        if request.count <= 1:
            return (await self._one(request, on_preview),)
        if request.source is None:
            try:
                return tuple(await self._by_api(request, request.count))[: request.count]
            except _OTHER_FORM as first:
                return await self._side_by_side(request, on_preview, first)
        return await self._side_by_side(request, on_preview, None)

    async def _side_by_side(
        self, request: ImageRequest, on_preview: OnPreview | None, first: UpstreamError | None
    ) -> tuple[MediaRef, ...]:
        """Order each picture by itself, at once. first: what the order for all of them met, the better explanation."""
        orders = (self._one(request, on_preview) for _ in range(request.count))
        results = await asyncio.gather(*orders, return_exceptions=True)
        refs = tuple(result for result in results if isinstance(result, MediaRef))
        failures = [result for result in results if isinstance(result, BaseException)]
        if refs:
            return refs
        told = first if first and isinstance(failures[0], _OTHER_FORM) else failures[0]
        if isinstance(told, UpstreamError):
            told.may_have_generated = any(map(_may_have_generated, failures))
        raise told

    async def _one(self, request: ImageRequest, on_preview: OnPreview | None) -> MediaRef:
        try:
            return (await self._take(Call("chat/completions", _chat_payload(request)), on_preview))[0]
        except _OTHER_FORM as first:
            try:
                return (await self._by_api(request, 1))[0]
            except _OTHER_FORM:
                raise first from None

    async def _by_api(self, request: ImageRequest, count: int) -> list[MediaRef]:
        """Order through the images API, leaving out whatever optional field the server objects to."""
        path = "images/generations" if request.source is None else "images/edits"
        payload = _api_payload(request, count)
        while True:
            try:
                return await self._take(Call(path, payload, read_s=self._wire.timing.image_deadline_s), None)
            except UpstreamRefused as error:
                named = [name for name in _OPTIONAL_FIELDS if name in payload and _speaks_of(error, name)]
                if error.status not in _BAD_FIELD_STATUSES or not named:
                    raise
                payload = {name: value for name, value in payload.items() if name not in named}

    async def _take(self, call: Call, on_preview: OnPreview | None) -> list[MediaRef]:
        """Send an order and return its pictures. It is sent again only while nothing can have been generated."""
        attempts = Attempts(self._patience, self._wire.timing.image_deadline_s)
        while True:
            reader = ImageReader(self._wire.secrets)
            try:
                async with aclosing(
                    exchange(self._wire, call, reader, attempts.ends_at, self._patience.clock)
                ) as previews:
                    async for preview in previews:
                        await self._show(preview.written, on_preview)
                # Megabytes of base64 are searched and decoded here.
                return await asyncio.to_thread(reader.found, self._wire.endpoint)
            except UpstreamError as error:
                await attempts.wait_or_raise_order(error, saw_reply=reader.saw_reply)

    async def _show(self, written: str, on_preview: OnPreview | None) -> None:
        if on_preview is None:
            return
        ref = await asyncio.to_thread(picture_in, written, self._wire.endpoint)
        if ref:
            await on_preview(ref)


def _chat_payload(request: ImageRequest) -> dict[str, object]:
    images = (request.source,) if request.source else ()
    payload: dict[str, object] = {
        "model": request.model,
        "messages": [user_message(request.prompt, images)],
        "stream": True,
    }
    if request.aspect:
        payload["image_config"] = {"n": 1, "size": SIZES[request.aspect]}
    return payload


def _api_payload(request: ImageRequest, count: int) -> dict[str, object]:
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count, "stream": False}
    if request.source:
        payload["image"] = {"url": data_uri(request.source), "type": "image_url"}
    if request.aspect:
        payload |= {"size": SIZES[request.aspect], "aspect_ratio": request.aspect}
    return payload


def _may_have_generated(failure: BaseException) -> bool:
    return not isinstance(failure, UpstreamError) or failure.may_have_generated


def _speaks_of(error: UpstreamError, field: str) -> bool:
    return bool(re.search(rf"\b{field}\b", f"{error.message} {error.code}"))
