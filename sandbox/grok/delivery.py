"""Hands files out: without a key, with ranges, and as badly as is asked for.

Source: grok2api v1.5.0, recorded replies 40-file-*.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from sandbox.grok.errors import ApiError
from sandbox.grok.files import Stored

# By the extension, not by the bytes: the proxy does not look.
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".mp4": "video/mp4"}


async def hand_out(request: web.Request, shelf: str, path: str, file: Stored | None) -> web.StreamResponse:
    """Answer a GET for a file, whole or a range of it, a lump at a time."""
    if file is None:
        raise ApiError(404, f"{shelf.capitalize()} not found", code="model_not_found", kind="not_found_error")
    file.times += 1
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": file.tag,
    }
    mime = next((mime for end, mime in TYPES.items() if path.endswith(end)), "application/octet-stream")
    asked = _range(request, file.tag)
    start, stop, _ = slice(None).indices(file.size_bytes) if asked is None else asked.indices(file.size_bytes)
    if asked is not None:
        if start >= stop:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{file.size_bytes}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size_bytes}"
    response = web.StreamResponse(status=200 if asked is None else 206, headers=headers)
    response.content_type = mime
    await _send(request, response, file, start, stop)
    return response


async def _send(request: web.Request, response: web.StreamResponse, file: Stored, start: int, stop: int) -> None:
    """Send a part of a file, with the length that the faults have announced for it."""
    response.content_length = stop - start
    half = start + (stop - start) // 2
    is_short = "shortfile" in file.faults and file.times <= file.faults.number("shortfile", file.times)
    is_long = "longfile" in file.faults
    if is_short or is_long:
        response.force_close()  # the end of the connection is the end of the body
        response.content_length = half - start if is_long else stop - start
    await response.prepare(request)
    if "slowfile" in file.faults:
        await _drip(response, file, start, stop)
        return
    for lump in file.part(start, half if is_short or is_long else stop):
        await response.write(lump)
    if is_long and request.transport is not None:
        for lump in file.part(half, stop):
            request.transport.write(lump)  # past aiohttp, which keeps to the length


async def _drip(response: web.StreamResponse, file: Stored, start: int, stop: int) -> None:
    step = max(1, round(file.faults.number("slowfile", 1)))
    for at in range(start, stop, step):
        for lump in file.part(at, min(stop, at + step)):
            await response.write(lump)
        await asyncio.sleep(1)


def _range(request: web.Request, tag: str) -> slice | None:
    """Return the range asked for; None for the whole file, also where the header makes no sense or the file differs."""
    if "Range" not in request.headers or request.headers.get("If-Range", tag) != tag:
        return None
    try:
        return request.http_range
    except ValueError:
        return None
