"""A download that outlives its process: what came stays beside the target, and the next run asks for the rest."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import MediaError
from bot.grok.magic import HEAD_BYTES, find_kind
from bot.grok.storing import NewFile, WantedKind
from bot.grok.types import MediaFile

OnBytes = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Keep:
    """Where unfinished bytes stay, and who is told how many there are of how many (0: unknown)."""

    part: Path
    on_bytes: OnBytes


class KeptFile(NewFile):
    """A file whose bytes stay in `keep.part` when it is given up; the server's ETag stands in a file beside it.

    The ETag decides whether the rest belongs to what is there: see `Transfer`. One process at a time may write.
    """

    def __init__(self, keep: Keep, folder: Path, wanted: WantedKind, max_bytes: int) -> None:
        super().__init__(folder, wanted, max_bytes)
        self._part = keep.part
        self._note = keep.part.with_name(f"{keep.part.name}.etag")
        self._on_bytes = keep.on_bytes
        self._expected = 0
        self._lock = -1

    @classmethod
    async def open(cls, keep: Keep, folder: Path, wanted: WantedKind, max_bytes: int) -> KeptFile:
        """Take up what an earlier process left, if anything. Raise MediaError where another one is at it."""
        file = cls(keep, folder, wanted, max_bytes)
        try:
            await asyncio.to_thread(file._take_up)
        except BlockingIOError as taken:
            file._release()
            raise MediaError("busy") from taken
        except OSError as failed:
            file._release()
            raise MediaError("disk", failed.strerror or "") from failed
        return file

    def expect(self, size_bytes: int) -> None:
        """Refuse a size that is announced to be too large."""
        super().expect(size_bytes)
        self._expected = size_bytes

    async def write(self, chunk: bytes) -> None:
        """Add bytes, and tell of them."""
        await super().write(chunk)
        self._on_bytes(self.size_bytes, self._expected)

    async def remember(self, validator: str) -> None:
        """Keep by what the server knows the file."""
        await super().remember(validator)
        await asyncio.to_thread(self._note.write_text, validator, encoding="ascii", errors="replace")

    async def finish(self) -> MediaFile:
        """Give the file its name in the folder."""
        file = await super().finish()
        self._forget()
        return file

    def discard(self) -> None:
        """Leave what came to the next process, if it can go on with it."""
        if self._is_finished:
            return
        self._is_discarded.set()
        if self.validator and self._kind is not None and self._has_written():
            self._release()
        else:
            self._remove(self._part)
            self._forget()

    def _take_up(self) -> None:
        self._lock = os.open(self._note, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.validator = self._note.read_text(encoding="ascii", errors="replace")
        with suppress(FileNotFoundError), self._part.open("rb") as part:
            self._kind = find_kind(part.read(HEAD_BYTES))
            self.size_bytes = os.fstat(part.fileno()).st_size
        is_fit = self.validator and self._kind and self._kind.mime.startswith(f"{self._wanted}/")
        if not is_fit or self.size_bytes > self._max_bytes:
            self.validator, self._kind, self.size_bytes = "", None, 0
            self._part.unlink(missing_ok=True)

    def _append(self, lump: bytes) -> None:
        """Write even when given up meanwhile: what came is kept."""
        self._part.parent.mkdir(parents=True, exist_ok=True)
        with self._part.open("ab") as part:
            part.write(lump)

    def _has_written(self) -> bool:
        try:
            self._append(bytes(self._lump))
        except OSError:
            return False
        return True

    def _forget(self) -> None:
        self._remove(self._note)
        self._release()

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
