"""Pictures and clips: an order goes up, files on disk come back."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import InputError, MediaError
from bot.grok.addresses import is_public
from bot.grok.client import GrokClient
from bot.grok.magic import find_kind
from bot.grok.types import (
    Aspect,
    ImageRequest,
    InlineImage,
    MediaFile,
    MediaRef,
    VideoProgress,
    VideoQuality,
    VideoReady,
    VideoRequest,
)

__all__ = [
    "Aspect",
    "ClipFetched",
    "ClipFetching",
    "Drawn",
    "ImageOrder",
    "MediaFile",
    "Picture",
    "PictureService",
    "VideoOrder",
    "VideoProgress",
    "VideoQuality",
    "VideoService",
]

PICTURE_LIMIT_BYTES = 20 * 1024 * 1024  # what a person may hand in; upstreams take 20 to 50 MB
POSTER_LIMIT_BYTES = 8 * 1024 * 1024

_PRIVATE_TOPS = {"local", "localhost", "internal", "lan", "home", "arpa"}  # RFC 6762, 6761, 8375; ICANN; custom

Picture = InlineImage


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """Pictures somebody wants. source: a picture to be changed."""

    prompt: str
    count: int = 1
    aspect: Aspect | None = None
    source: Picture | None = None


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """A clip somebody wants. source: a picture to be set in motion."""

    prompt: str
    source: Picture | None = None
    aspect: Aspect | None = None
    seconds: int | None = None
    quality: VideoQuality | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of an order for pictures. missing: how many of those asked for did not come."""

    files: tuple[MediaFile, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class ClipFetching:
    """The clip exists and is being fetched. link: its public address, "" when it has none."""

    link: str


@dataclass(frozen=True, slots=True)
class ClipFetched:
    """The clip is on disk. Always the last event of a video order."""

    clip: MediaFile
    poster: MediaFile | None


VideoUpdate = VideoProgress | ClipFetching | ClipFetched


async def read_picture(name: str, size_bytes: int, read: Callable[[], Awaitable[bytes]]) -> Picture:
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
    return Picture(data, kind.mime)


@asynccontextmanager
async def scratch_folder() -> AsyncIterator[Path]:
    """Give a folder for the files of one order; it is removed with everything in it."""
    # Both in this thread: a cancelled task would be cut off at an await, and the folder would stay.
    folder = Path(tempfile.mkdtemp(prefix="grokcord-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class PictureService:
    """Orders for pictures. max_bytes: the largest file that is fetched."""

    def __init__(self, grok: GrokClient, *, model: str, edit_model: str, max_bytes: int) -> None:
        self._grok = grok
        self._model = model
        self._edit_model = edit_model
        self._max_bytes = max_bytes

    async def draw(self, order: ImageOrder, folder: Path) -> Drawn:
        """Draw and fetch at once. Raises the UpstreamError tree when not a single picture could be had."""
        model = self._edit_model if order.source else self._model
        refs = await self._grok.generate_images(
            ImageRequest(model, order.prompt, order.count, order.aspect, order.source)
        )
        results = await asyncio.gather(*(self._fetch(ref, folder) for ref in refs), return_exceptions=True)
        files = tuple(result for result in results if isinstance(result, MediaFile))
        failures = [result for result in results if isinstance(result, BaseException)]
        if not files and failures:
            raise failures[0]
        return Drawn(files, order.count - len(files))

    async def _fetch(self, ref: MediaRef, folder: Path) -> MediaFile:
        return await self._grok.fetch(ref, folder, kind="image", max_bytes=self._max_bytes)


class VideoService:
    """Orders for clips. max_bytes: the largest file that is fetched."""

    def __init__(self, grok: GrokClient, *, model: str, max_bytes: int) -> None:
        self._grok = grok
        self._model = model
        self._max_bytes = max_bytes

    async def film(self, order: VideoOrder, folder: Path) -> AsyncGenerator[VideoUpdate, None]:
        """Yield progress as it is announced, then ClipFetching and ClipFetched. Raises the UpstreamError tree."""
        request = VideoRequest(self._model, order.prompt, order.source, order.aspect, order.seconds, order.quality)
        ready: VideoReady | None = None
        async with aclosing(self._grok.stream_video(request)) as events:
            async for event in events:
                if isinstance(event, VideoReady):
                    ready = event
                    break
                if isinstance(event, VideoProgress):
                    yield event
        if ready is None:
            raise MediaError("gone")
        yield ClipFetching(public_link(ready.clip.url or ""))
        clip = await self._grok.fetch(ready.clip, folder, kind="video", max_bytes=self._max_bytes)
        yield ClipFetched(clip, await self._poster(ready.poster, folder))

    async def _poster(self, ref: MediaRef | None, folder: Path) -> MediaFile | None:
        """Fetch the poster; a clip without one is still a clip."""
        if ref is None:
            return None
        try:
            return await self._grok.fetch(ref, folder, kind="image", max_bytes=POSTER_LIMIT_BYTES)
        except MediaError:
            return None


def public_link(url: str) -> str:
    """Return an address that anybody can open; "" for one inside a private network, as far as its host's name tells."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    domain, _, top = host.rpartition(".")
    is_public_name = bool(domain) and not top.isdecimal() and top not in _PRIVATE_TOPS
    return url if is_public_name or is_public(host) else ""


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1024 * 1024):.0f} MiB"
