"""A file that comes into being whole or not at all."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from bot.errors import MediaError
from bot.grok.magic import HEAD_BYTES, FileKind, find_kind
from bot.grok.types import MediaFile

WantedKind = Literal["image", "video"]

_LUMP_BYTES = 1024 * 1024  # each write is a trip to a thread


class NewFile:
    """Takes a result's bytes; judges their type by the first of them and their size as they come.

    `discard` after `finish` does nothing, so it can stand in a `finally`.
    """

    def __init__(self, folder: Path, wanted: WantedKind, max_bytes: int) -> None:
        self._folder = folder
        self._name = secrets.token_hex(8)
        self._part = folder / f".{self._name}.part"
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._size = 0
        self._kind: FileKind | None = None
        self._lump = bytearray()
        self._is_on_disk = False

    def expect(self, content_length: str) -> None:
        """Refuse a size that is announced to be too large; what is announced may still be wrong."""
        if content_length.isdecimal() and int(content_length) > self._max_bytes:
            raise MediaError("size")

    async def write(self, chunk: bytes) -> None:
        """Add bytes. Raise MediaError as soon as they are too many or of a wrong type."""
        self._size += len(chunk)
        if self._size > self._max_bytes:
            raise MediaError("size")
        self._lump += chunk
        if self._kind is None and len(self._lump) >= HEAD_BYTES:
            self._kind = self._judge()
        if len(self._lump) >= _LUMP_BYTES:
            await self._flush()

    async def finish(self) -> MediaFile:
        """Give the file its name and return it."""
        kind = self._kind or self._judge()
        await self._flush()
        path = self._folder / f"{self._name}.{kind.extension}"
        await _in_thread(self._part.rename, path)
        self._is_on_disk = False
        return MediaFile(path, self._size, kind.mime, kind.extension)

    async def discard(self) -> None:
        """Remove what is unfinished."""
        if self._is_on_disk:
            self._is_on_disk = False
            # In this thread: a cancelled task would be cut off at an await, and the file would stay.
            self._part.unlink(missing_ok=True)

    def _judge(self) -> FileKind:
        kind = find_kind(bytes(self._lump[:HEAD_BYTES]))
        if kind is None or not kind.mime.startswith(f"{self._wanted}/"):
            raise MediaError("type")
        return kind

    async def _flush(self) -> None:
        lump, self._lump = bytes(self._lump), bytearray()
        self._is_on_disk = True
        await _in_thread(self._append, lump)

    def _append(self, lump: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._part.open("ab") as part:
            part.write(lump)


async def _in_thread(work: Callable[..., object], *values: object) -> None:
    try:
        await asyncio.to_thread(work, *values)
    except OSError as failed:
        raise MediaError("network", "the file cannot be written") from failed
