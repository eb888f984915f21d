"""A file on its way: over several connections if need be, as the server allows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

import httpx

from bot.errors import MediaError
from bot.grok.http import Timing
from bot.grok.pace import Pace
from bot.grok.storing import NewFile
from bot.grok.types import MediaFile

_PART = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Transfer:
    """Brings responses into one file: what came over a connection that broke stays, and the rest is asked for.

    Source: RFC 9110, sections 13.1.5 (If-Range) and 14 (ranges).
    """

    def __init__(self, file: NewFile, timing: Timing, clock: Callable[[], float]) -> None:
        self._file = file
        self._timing = timing
        self._clock = clock

    @property
    def headers(self) -> dict[str, str]:
        """What to ask with: for the rest of the file where some of it came, as long as it is still the same file."""
        if not self._file.validator or not self._file.size_bytes:
            return {}
        return {"Range": f"bytes={self._file.size_bytes}-", "If-Range": self._file.validator}

    def start_anew(self) -> None:
        """Ask for the whole file next time."""
        self._file.validator = ""

    def is_for_the_rest(self, response: httpx.Response) -> bool:
        """Tell whether `response` answers a request for the rest. Raise MediaError where it is not the right rest."""
        if not self.headers or response.status_code not in (206, 416):
            return False
        part = _PART.fullmatch(response.headers.get("content-range", ""))
        if response.status_code == 206 and part and int(part[1]) == self._file.size_bytes:
            return True
        self.start_anew()
        raise MediaError("network", "the rest of the file does not fit")

    async def take(self, response: httpx.Response) -> MediaFile:
        """Store the body of a response, whole or the rest. Raise MediaError as soon as it cannot become a file."""
        if str(response.headers.get("content-encoding", "identity")).lower() != "identity":
            # We asked for the bytes as they are. A few packed ones can become gigabytes in one step.
            raise MediaError("type", "the file came packed")
        if not self.is_for_the_rest(response):
            await self._file.restart()
            await self._file.remember(_validator(response))
        end_bytes = self._announced_end(response)
        self._file.expect(end_bytes)
        try:
            await self._read(response)
        except httpx.HTTPError as broken:
            raise MediaError("network") from broken
        if self._file.size_bytes < end_bytes:
            raise MediaError("network", "the file is shorter than was announced")
        return await self._file.finish()

    async def _read(self, response: httpx.Response) -> None:
        window_s = self._timing.slow_after_s
        pace = Pace(self._clock, window_s, self._timing.least_bytes_per_s)
        body = cast("AsyncGenerator[bytes, None]", response.aiter_raw())  # httpx names it by the narrower type
        async with aclosing(body) as chunks:
            while True:
                try:
                    async with asyncio.timeout(window_s):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
                except TimeoutError as silent:
                    raise MediaError("slow") from silent
                pace.note(len(chunk))
                await self._file.write(chunk)

    def _announced_end(self, response: httpx.Response) -> int:
        """Return how long the file is to be after this response, 0 if nothing is said of it."""
        part = _PART.fullmatch(response.headers.get("content-range", ""))
        if part:
            return int(part[2]) + 1 if part[3] == "*" else int(part[3])
        length = response.headers.get("content-length", "")
        return int(length) if length.isdecimal() else 0


def _validator(response: httpx.Response) -> str:
    """Return by what the rest of this very file can be asked for, "" where the server does not offer that."""
    if "bytes" not in response.headers.get("accept-ranges", "").lower():
        return ""
    tag = response.headers.get("etag", "")
    return tag if tag.startswith('"') else ""  # a weak one does not stand for the very bytes
