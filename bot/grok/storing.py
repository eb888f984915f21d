"""A file that comes into being whole or not at all."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar

from bot.errors import MediaError
from bot.grok.boxes import is_cut
from bot.grok.magic import HEAD_BYTES, FileKind, find_kind
from bot.grok.types import MediaFile

WantedKind = Literal["image", "video"]
T = TypeVar("T")

_LUMP_BYTES = 1024 * 1024  # each write is a trip to a thread


class NewFile:
    """Takes a result's bytes; judges their type by the first of them and their size as they come.

    `discard` after `finish` does nothing, so it can stand in a `finally`. size_bytes: how much came so far.
    validator: by which the server knows whether the file is still the one that began to come, "" if it does not.
    """

    def __init__(self, folder: Path, wanted: WantedKind, max_bytes: int) -> None:
        self.size_bytes = 0
        self.validator = ""
        self._folder = folder
        self._name = secrets.token_hex(8)
        self._part = folder / f".{self._name}.part"
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._kind: FileKind | None = None
        self._lump = bytearray()
        self._is_finished = False
        self._is_discarded = threading.Event()

    def expect(self, size_bytes: int) -> None:
        """Refuse a size that is announced to be too large; what is announced may still be wrong."""
        if size_bytes > self._max_bytes:
            raise MediaError("size")

    async def write(self, chunk: bytes) -> None:
        """Add bytes. Raise MediaError as soon as they are too many or of a wrong type."""
        self.size_bytes += len(chunk)
        if self.size_bytes > self._max_bytes:
            raise MediaError("size")
        self._lump += chunk
        if self._kind is None and len(self._lump) >= HEAD_BYTES:
            self._kind = self._judge()
        if len(self._lump) >= _LUMP_BYTES:
            await self._flush()

    async def remember(self, validator: str) -> None:
        """Note by what the rest of the file can be asked for."""
        self.validator = validator

    async def restart(self) -> None:
        """Forget what came."""
        if not self.size_bytes:
            return
        self.size_bytes, self._kind = 0, None
        self._lump.clear()
        await _on_disk(self._part.unlink, True)

    async def finish(self) -> MediaFile:
        """Give the file its name and return it. Raise MediaError where a clip breaks off."""
        kind = self._kind or self._judge()
        await self._flush()
        path = self._folder / f"{self._name}.{kind.extension}"
        if kind.extension == "mp4" and await _on_disk(is_cut, self._part):
            raise MediaError("cut")
        await _on_disk(self._rename, path)
        self._is_finished = True
        return MediaFile(path, self.size_bytes, kind.mime, kind.extension)

    def discard(self) -> None:
        """Remove what is unfinished, now or as soon as a write under way has ended."""
        if not self._is_finished:
            self._is_discarded.set()
            self._remove(self._part)

    def _judge(self) -> FileKind:
        kind = find_kind(bytes(self._lump[:HEAD_BYTES]))
        if kind is None or not kind.mime.startswith(f"{self._wanted}/"):
            raise MediaError("type")
        return kind

    async def _flush(self) -> None:
        lump, self._lump = bytes(self._lump), bytearray()
        await _on_disk(self._append, lump)

    # The next two run in threads, which go on when whoever waits for them is cancelled. So each looks again, once it is
    # done, whether its work is still wanted.

    def _append(self, lump: bytes) -> None:
        if self._is_discarded.is_set():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._part.open("ab") as part:
            part.write(lump)
        if self._is_discarded.is_set():
            self._remove(self._part)

    def _rename(self, path: Path) -> None:
        self._part.rename(path)
        if self._is_discarded.is_set():
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with suppress(OSError):  # a folder that was closed to us keeps what it holds
            path.unlink(missing_ok=True)


async def _on_disk(work: Callable[..., T], *values: object) -> T:
    """Do `work` in a thread. Whatever the disk says against it (full, read-only, not ours) is one failure: no retry."""
    try:
        return await asyncio.to_thread(work, *values)
    except OSError as failed:
        raise MediaError("disk", failed.strerror or "") from failed
