"""The bytes of an answer, unpacked in small steps: a few packed ones can stand for gigabytes.

We ask for no packing, but a proxy may pack all the same. httpx would unpack whatever came in one step.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import cast

import httpx

from bot.errors import UpstreamInterrupted

STEP_BYTES = 64 * 1024

_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def body_of(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Iterate the bytes of an answer. Raw ones where possible: one generator less for each token.

    Raises UpstreamInterrupted for what is packed in a way that cannot be undone.
    """
    if response.is_stream_consumed:  # httpx has it in memory already
        return cast("AsyncGenerator[bytes, None]", response.aiter_bytes())
    packing = str(response.headers.get("content-encoding", "identity")).strip().lower()
    raw = cast("AsyncGenerator[bytes, None]", response.aiter_raw())  # httpx names it by the narrower type
    return raw if packing in ("", "identity") else _unpacked(raw, packing)


async def _unpacked(raw: AsyncGenerator[bytes, None], packing: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(raw) as chunks:
        if packing not in _WINDOWS:
            raise UpstreamInterrupted("the answer is packed in a way that nobody asked for")
        inflating = zlib.decompressobj(_WINDOWS[packing])
        async for chunk in chunks:
            for piece in _steps(inflating, chunk):
                yield piece


def _steps(inflating: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    try:
        while not inflating.eof:
            piece = inflating.decompress(chunk, STEP_BYTES)
            chunk = inflating.unconsumed_tail
            if piece:
                yield piece
            if not chunk and len(piece) < STEP_BYTES:  # a full piece may have left some of it within
                return
    except zlib.error as broken:
        raise UpstreamInterrupted("the answer is packed, and cannot be unpacked") from broken
