"""Signed links to files, as Discord's CDN gives them: anybody who has one may fetch the file for a day.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
"""

from __future__ import annotations

import hashlib
import hmac
import mimetypes
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.model import Attachment

LINK_LIFE_S = 24 * 60 * 60

# What browsers and players expect, whatever the machine's own table of types says.
_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "mp4": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mp3": "audio/mpeg", "ogg": "audio/ogg",
    "wav": "audio/x-wav", "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "json": "application/json; charset=utf-8", "py": "text/x-python; charset=utf-8", "pdf": "application/pdf",
}  # fmt: skip


def content_type(filename: str) -> str:
    """Return the type that Discord tells from a name's ending."""
    ending = filename.rpartition(".")[2].lower()
    return _TYPES.get(ending) or mimetypes.guess_type(filename)[0] or "application/octet-stream"


class Signer:
    """Makes and checks links. origin: scheme, host and port, known once the server listens."""

    def __init__(self, clock: Clock) -> None:
        self.origin = ""
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def link(self, attachment: Attachment) -> str:
        """Return a link that works for a day."""
        path = f"{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        now = int(self._clock.now_s())
        expires, issued = format(now + LINK_LIFE_S, "x"), format(now, "x")
        signature = self._sign(attachment.channel_id, attachment.id, expires, issued)
        return f"{self.origin}/cdn/attachments/{path}?ex={expires}&is={issued}&hm={signature}&"

    def allows(self, attachment: Attachment, query: Mapping[str, str]) -> bool:
        """Return whether a link is ours and still good."""
        expires, issued, signature = (query.get(name, "") for name in ("ex", "is", "hm"))
        expected = self._sign(attachment.channel_id, attachment.id, expires, issued)
        is_ours = hmac.compare_digest(signature.encode(), expected.encode())
        return is_ours and int(expires, 16) > self._clock.now_s()

    def _sign(self, *parts: object) -> str:
        text = "/".join(map(str, parts)).encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


def find_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (start, stop) of the one byte range asked for, or None to send the whole file.

    Raises ValueError for a range outside the file, which HTTP answers 416.
    """
    if header is None or not header.startswith("bytes=") or "," in header:
        return None
    first, _, last = header.removeprefix("bytes=").partition("-")
    if not (first or last) or not (first + last).isdecimal():
        return None
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        raise ValueError(header)
    return start, stop
