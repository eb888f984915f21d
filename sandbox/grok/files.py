"""The proxy's file store: pictures and clips under `/v1/files`, without a key, with ranges, until they are pushed out.

Source: grok2api v1.5.0, recorded replies 40-file-*.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Literal

from aiohttp import web

from sandbox.grok.errors import ApiError

MAX_STORED_BYTES = 512 * 2**20  # where the proxy cuts its own cache
# By the extension, not by the bytes: the proxy does not look.
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".mp4": "video/mp4"}
Shelf = Literal["image", "video"]


class Files:
    """Files by shelf and name; the oldest go when there are too many bytes."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._stored_bytes = 0

    def put(self, shelf: Shelf, path: str, raw: bytes) -> str:
        """Keep a file and return its path below the server's address; slashes in its name are as good as dashes."""
        key = (shelf, path.replace("/", "-"))
        self._stored_bytes += len(raw) - len(self._files.pop(key, b""))
        self._files[key] = raw
        while self._stored_bytes > MAX_STORED_BYTES and len(self._files) > 1:
            self._stored_bytes -= len(self._files.popitem(last=False)[1])
        return f"/v1/files/{shelf}/{path}"

    def paths(self) -> list[str]:
        """Return the path of every file below the server's address, oldest first."""
        return [f"/v1/files/{shelf}/{name}" for shelf, name in self._files]

    def find(self, shelf: str, path: str) -> bytes | None:
        """Return the file's bytes, if it is still there."""
        return self._files.get((shelf, path.replace("/", "-")))


def file_response(request: web.Request, shelf: str, path: str, raw: bytes | None) -> web.Response:
    """Answer a GET for a file, whole or a range of it."""
    if raw is None:
        raise ApiError(404, f"{shelf.capitalize()} not found", code="model_not_found", kind="not_found_error")
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{hashlib.sha256(raw).hexdigest()[:32]}"',
    }
    mime = next((mime for end, mime in TYPES.items() if path.endswith(end)), "application/octet-stream")
    asked = _range(request)
    if asked is None:
        return web.Response(body=raw, headers=headers, content_type=mime)
    start, stop, _ = asked.indices(len(raw))
    if start >= stop:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(raw)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(raw)}"
    return web.Response(status=206, body=raw[start:stop], headers=headers, content_type=mime)


def _range(request: web.Request) -> slice | None:
    """Return the range asked for; None for the whole file, also where the header makes no sense."""
    if "Range" not in request.headers:
        return None
    try:
        return request.http_range
    except ValueError:
        return None
