"""Pictures that people hand in with an order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.errors import InputError
from bot.grok.magic import find_kind
from bot.grok.types import InlineImage

PICTURE_LIMIT_BYTES = 20 * 1024 * 1024  # what a person may hand in; upstreams take 20 to 50 MB


async def read_picture(name: str, size_bytes: int, read: Callable[[], Awaitable[bytes]]) -> InlineImage:
    """Return an attached picture. Raises InputError when it is too large, not to be had, or no picture.

    name, size_bytes: as Discord tells them, before anything is fetched. The type is judged by the first bytes.
    """
    if size_bytes > PICTURE_LIMIT_BYTES:
        raise InputError("picture_size", name=name, size=_mib(size_bytes), limit=_mib(PICTURE_LIMIT_BYTES))
    try:
        data = await read()
    except OSError as failed:
        raise InputError("picture_gone", name=name) from failed
    kind = find_kind(data)
    if kind is None or not kind.mime.startswith("image/"):
        raise InputError("picture_type", name=name)
    return InlineImage(data, kind.mime)


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1024 * 1024):.0f} MiB"
