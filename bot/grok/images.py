"""Orders for pictures, put as the server's dialect has it (points 5, 6, 17 to 19)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.errors import UpstreamError, UpstreamRefused
from bot.grok.attempts import Attempts, Patience
from bot.grok.dialects import ADAPTIVE, Dialect
from bot.grok.dialects.forms import PictureForm
from bot.grok.exchange import exchange
from bot.grok.finding import Finder
from bot.grok.http import Call, Wire
from bot.grok.image_reader import ImageReader, picture_in
from bot.grok.other_forms import beyond, is_other_form, told
from bot.grok.types import ImageRequest, MediaRef

OnPreview = Callable[[MediaRef], Awaitable[None]]

_BAD_FIELD_STATUSES = (400, 422)


class Pictures:
    """Takes orders for pictures to one server."""

    def __init__(self, wire: Wire, patience: Patience, finder: Finder) -> None:
        self._wire = wire
        self._patience = patience
        self._finder = finder

    async def generate(self, request: ImageRequest, on_preview: OnPreview | None = None) -> tuple[MediaRef, ...]:
        """Return the pictures that came, at least one; raise if none did."""
        dialect = await self._finder.find()
        if request.count <= 1:
            return (await self._one(dialect, request, on_preview),)
        own = dialect.pictures if request.source is None else dialect.edit
        several = tuple(form for form in own if form.at_once > 1)
        first: UpstreamError | None = None
        if several:
            try:
                return await self._in_batches(several, request)
            except UpstreamError as error:
                if not is_other_form(error):
                    raise
                first = error
        return await self._each(dialect, request, on_preview, first)

    async def _in_batches(self, forms: Sequence[PictureForm], request: ImageRequest) -> tuple[MediaRef, ...]:
        """Order as many at once as the server takes, and the batches side by side."""
        most = min(form.at_once for form in forms)
        sizes = [min(most, request.count - begun) for begun in range(0, request.count, most)]
        orders = (self._by(forms, request, size, None) for size in sizes)
        results = await asyncio.gather(*orders, return_exceptions=True)
        refs = [ref for result in results if isinstance(result, list) for ref in result]
        if refs:
            return tuple(refs)[: request.count]
        raise _of_all([result for result in results if isinstance(result, BaseException)], None)

    async def _each(
        self, dialect: Dialect, request: ImageRequest, on_preview: OnPreview | None, first: UpstreamError | None
    ) -> tuple[MediaRef, ...]:
        """Order each picture by itself, at once. first: what the order for all of them met, the better explanation."""
        orders = (self._one(dialect, request, on_preview) for _ in range(request.count))
        results = await asyncio.gather(*orders, return_exceptions=True)
        refs = tuple(result for result in results if isinstance(result, MediaRef))
        if refs:
            return refs
        raise _of_all([result for result in results if isinstance(result, BaseException)], first)

    async def _one(self, dialect: Dialect, request: ImageRequest, on_preview: OnPreview | None) -> MediaRef:
        own, others = (dialect.picture, ADAPTIVE.picture) if request.source is None else (dialect.edit, ADAPTIVE.edit)
        try:
            return (await self._by(own, request, 1, on_preview))[0]
        except UpstreamError as first:
            more = beyond(own, others) if is_other_form(first) else ()
            if not more:
                raise
            try:
                refs = await self._by(more, request, 1, on_preview)
            except UpstreamError as last:
                raise (told([first, last]) if is_other_form(last) else last) from None
            self._finder.doubt(dialect)
            return refs[0]

    async def _by(
        self, forms: Sequence[PictureForm], request: ImageRequest, count: int, on_preview: OnPreview | None
    ) -> list[MediaRef]:
        """Put the order in each form until the server takes one."""
        refusals: list[UpstreamError] = []
        for form in forms:
            try:
                return await self._put(form, request, count, on_preview)
            except UpstreamError as error:
                if not is_other_form(error):
                    raise
                refusals.append(error)
        raise told(refusals)

    async def _put(
        self, form: PictureForm, request: ImageRequest, count: int, on_preview: OnPreview | None
    ) -> list[MediaRef]:
        """Put an order, leaving out whatever optional field the server objects to."""
        call = form.call(request, count)
        if form.way != "chat":
            call = replace(call, read_s=self._wire.timing.image_deadline_s)
        while True:
            try:
                return await self._take(call, on_preview)
            except UpstreamRefused as error:
                payload = call.payload or {}
                named = [name for name in form.optional if name in payload and _speaks_of(error, name)]
                if error.status not in _BAD_FIELD_STATUSES or not named:
                    raise
                call = replace(call, payload={name: value for name, value in payload.items() if name not in named})

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


def _of_all(failures: list[BaseException], first: UpstreamError | None) -> BaseException:
    """Return what to tell of orders that all failed."""
    failure = failures[0]
    if not isinstance(failure, UpstreamError):
        return failure
    if first is not None and is_other_form(failure):
        failure = told([first, failure])
    failure.may_have_generated = any(map(_may_have_generated, failures))
    return failure


def _may_have_generated(failure: BaseException) -> bool:
    return not isinstance(failure, UpstreamError) or failure.may_have_generated


def _speaks_of(error: UpstreamError, field: str) -> bool:
    return bool(re.search(rf"\b{field}\b", f"{error.message} {error.code}"))
