"""Make results fit what Discord takes; what cannot be made to fit is linked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bot.errors import CannotFit
from bot.services.kept import Fitted, Kept, KeptFile
from bot.services.media_folder import MediaFolder
from bot.services.staging import Card
from bot.store.order_values import Order


class Fitting(Protocol):
    """What makes files smaller: `bot.media.fitting.Fitter`."""

    async def probe(self, clip: Path) -> object:
        """Look into a clip. Raises CannotFit("damaged") for one that nobody can play."""
        ...

    async def fit_clip(
        self, clip: Path, limit_bytes: int, folder: Path, *, on_progress: Callable[[float], None]
    ) -> Path:
        """Return a clip of at most that size. Raises CannotFit."""
        ...

    async def fit_picture(self, picture: Path, limit_bytes: int, folder: Path) -> Path:
        """Return a picture of at most that size. Raises CannotFit."""
        ...

    async def poster_of(self, clip: Path, folder: Path) -> Path:
        """Return an early frame of a clip. Raises CannotFit."""
        ...


class Tailor:
    """Fits the results of orders."""

    def __init__(self, fitter: Fitting, folder: MediaFolder) -> None:
        self._fitter = fitter
        self._folder = folder

    async def fit(self, order: Order, kept: Kept, limit_bytes: int, card: Card) -> Fitted:
        """Return what can be delivered where files of at most `limit_bytes` are taken."""
        fitting: list[KeptFile] = []
        unfit: list[KeptFile] = []
        for file in kept.files:
            fitted = await self._fitted(order, file, limit_bytes, card)
            (unfit if fitted is None else fitting).append(fitted or file)
        poster = kept.poster if kept.poster and kept.poster.size_bytes <= limit_bytes else None
        return Fitted(tuple(fitting), tuple(unfit), poster, kept.missing, kept.failure)

    async def _fitted(self, order: Order, file: KeptFile, limit_bytes: int, card: Card) -> KeptFile | None:
        if not file.path:
            return None
        if file.size_bytes <= limit_bytes:
            return file
        if limit_bytes <= 0:
            return None
        card.show("fitting")
        try:
            path = await self._smaller(order, file, limit_bytes, card)
        except CannotFit:
            return None
        smaller = self._folder.found(path)
        return replace(smaller, link=file.link, original=file.path, original_bytes=file.size_bytes)

    async def _smaller(self, order: Order, file: KeptFile, limit_bytes: int, card: Card) -> Path:
        whole, folder = self._folder.path(file), await self._folder.made(order.id)
        if order.kind == "picture":
            return await self._fitter.fit_picture(whole, limit_bytes, folder)
        return await self._fitter.fit_clip(
            whole, limit_bytes, folder, on_progress=lambda share: card.show("fitting", share * 100)
        )
