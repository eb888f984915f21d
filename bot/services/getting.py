"""Bring what a server made onto the disk, and find out whether it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from bot.errors import CannotFit, MediaError
from bot.grok.protocol import Grok
from bot.grok.types import MediaRef
from bot.services.fitting import Fitting
from bot.services.kept import Kept, KeptFile, Made, packed
from bot.services.links import public_link
from bot.services.making import POSTER_LIMIT_BYTES
from bot.services.media_folder import MediaFolder
from bot.services.staging import Card
from bot.store.order_values import Order

TRIES_IF_DAMAGED = 2  # a transfer may have broken; a clip that the server keeps damaged stays so


class Getter:
    """Fetches results. max_bytes: the largest file that is fetched."""

    def __init__(self, grok: Grok, folder: MediaFolder, fitter: Fitting, *, max_bytes: int) -> None:
        self._grok = grok
        self._folder = folder
        self._fitter = fitter
        self._max_bytes = max_bytes

    async def get(self, order: Order, made: Made, card: Card) -> Kept:
        """Return what could be brought here; of the rest, its links, and why.

        Files that came with the server's answer are here already. Never raises MediaError.
        """
        poster = await self._poster(order, made, card)
        results = await asyncio.gather(*(self._file(order, url) for url in made.urls))
        files = [*made.files, *(file for file, _ in results)]
        failure = next((packed(failed) for _, failed in results if failed is not None), "")
        kept = Kept(tuple(files), poster, made.missing, failure)
        return await self._with_poster(order, kept) if order.kind == "clip" else kept

    async def _file(self, order: Order, url: str) -> tuple[KeptFile, MediaError | None]:
        link = public_link(url)
        try:
            return await self._whole_file(order, url, link), None
        except MediaError as failed:
            return KeptFile("", link=link), failed

    async def _whole_file(self, order: Order, url: str, link: str) -> KeptFile:
        kind: Literal["image", "video"] = "image" if order.kind == "picture" else "video"
        for _ in range(TRIES_IF_DAMAGED):
            fetched = await self._grok.fetch(
                MediaRef(url=url), self._folder.of(order.id), kind=kind, max_bytes=self._max_bytes
            )
            file = self._folder.kept(fetched, link)
            if order.kind == "picture" or await self._is_whole(file):
                return file
            fetched.path.unlink(missing_ok=True)
        raise MediaError("damaged")

    async def _is_whole(self, clip: KeptFile) -> bool:
        try:
            await self._fitter.probe(self._folder.path(clip))
        except CannotFit as cannot:
            return cannot.reason != "damaged"
        return True

    async def _poster(self, order: Order, made: Made, card: Card) -> KeptFile | None:
        """Fetch the poster first, and show it while the clip is fetched."""
        if made.poster_file is not None:
            card.show_poster(self._folder.path(made.poster_file))
            return made.poster_file
        if not made.poster:
            return None
        try:
            poster = await self._grok.fetch(
                MediaRef(url=made.poster), self._folder.of(order.id), kind="image", max_bytes=POSTER_LIMIT_BYTES
            )
        except MediaError:
            return None
        card.show_poster(poster.path)
        return self._folder.kept(poster)

    async def _with_poster(self, order: Order, kept: Kept) -> Kept:
        """Take a frame of the clip where the server gave no picture."""
        clips: Sequence[KeptFile] = [file for file in kept.files if file.path]
        if kept.poster is not None or not clips:
            return kept
        try:
            poster = await self._fitter.poster_of(self._folder.path(clips[0]), await self._folder.made(order.id))
        except CannotFit:
            return kept
        file = self._folder.found(poster)
        return Kept(kept.files, file, kept.missing, kept.failure)
