"""What the Grok server offers, and whether it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.grok.client import GrokClient

LIST_LIFE_S = 60.0


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The model of each task, as configured."""

    chat: str
    image: str
    image_edit: str
    video: str


@dataclass(frozen=True, slots=True)
class UpstreamHealth:
    """Whether the Grok server answers. problem: None when it does. seconds: how long the answer took."""

    seconds: float
    problem: UpstreamError | None = None


class ModelService:
    """The list of models, kept for a minute."""

    def __init__(self, grok: GrokClient, in_use: ModelsInUse, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._grok = grok
        self._clock = clock
        self._names: tuple[str, ...] = ()
        self._listed_at = float("-inf")
        self.in_use = in_use

    async def names(self) -> tuple[str, ...]:
        """Return the ids of the models, as the server orders them. Raises the UpstreamError tree."""
        if self._clock() - self._listed_at > LIST_LIFE_S:
            self._names = tuple(model.id for model in await self._grok.models())
            self._listed_at = self._clock()
        return self._names

    async def health(self) -> UpstreamHealth:
        """Ask the server something that costs nothing."""
        began = self._clock()
        try:
            await self._grok.verify()
        except UpstreamError as problem:
            return UpstreamHealth(self._clock() - began, problem)
        return UpstreamHealth(self._clock() - began)
