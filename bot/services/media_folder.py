"""Where results lie on disk, a folder for each order, until they are forgotten."""

from __future__ import annotations

import asyncio
import mimetypes
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from bot.grok.types import MediaFile
from bot.services.kept import KeptFile


class MediaFolder:
    """The folder of all results. root: created when the first one comes."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def of(self, order_id: int) -> Path:
        """Return the folder of an order; it may not exist yet."""
        return self.root / str(order_id)

    async def made(self, order_id: int) -> Path:
        """Return the folder of an order, which exists from now on."""
        folder = self.of(order_id)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return folder

    def path(self, file: KeptFile) -> Path:
        """Return where a result lies."""
        return self.root / file.path

    async def has_all(self, files: Iterable[KeptFile]) -> bool:
        """Whether the files that were brought here are there, whole."""

        def look() -> bool:
            paths = [(self.path(file), file.size_bytes) for file in files if file.path]
            return all(path.is_file() and path.stat().st_size == size for path, size in paths)

        return await asyncio.to_thread(look)

    def kept(self, file: MediaFile, link: str = "") -> KeptFile:
        """Return a fetched file as one that is kept."""
        path = file.path.relative_to(self.root).as_posix()
        return KeptFile(path, file.size_bytes, file.mime, file.extension, link)

    def found(self, path: Path) -> KeptFile:
        """Return a file that was made here as one that is kept, typed by its name."""
        extension = path.suffix.removeprefix(".")
        mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return KeptFile(path.relative_to(self.root).as_posix(), path.stat().st_size, mime, extension)

    async def remove(self, order_id: int) -> None:
        """Remove everything that an order left."""
        await asyncio.to_thread(shutil.rmtree, self.of(order_id), ignore_errors=True)

    async def remove_old(self, before: float, *, needed: Collection[int] = ()) -> int:
        """Remove the folders that nothing was added to since a moment (seconds of the epoch), and say how many.

        needed: the orders whose folders stay however old they are.
        """
        kept = {str(order_id) for order_id in needed}

        def sweep() -> int:
            if not self.root.is_dir():
                return 0
            folders = [each for each in self.root.iterdir() if each.is_dir() and each.name not in kept]
            old = [each for each in folders if each.stat().st_mtime < before]
            for each in old:
                shutil.rmtree(each, ignore_errors=True)
            return len(old)

        return await asyncio.to_thread(sweep)
