"""What the Grok server offers, and whether it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import InputError, UpstreamError
from bot.grok.naming import nearest
from bot.grok.protocol import Grok
from bot.grok.types import Resting

LIST_LIFE_S = 60.0
KNOWN_WITHIN_S = 2.0  # Discord: an autocomplete has 3 s
AWAY_LIFE_S = 10.0
FAST_SIGNS = ("fast", "mini", "flash")


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The model of each task, as configured. fast: "" when none was."""

    chat: str
    image: str
    image_edit: str
    video: str
    fast: str = ""


@dataclass(frozen=True, slots=True)
class UpstreamHealth:
    """Whether the Grok server answers. problem: None when it does. seconds: how long the answer took."""

    seconds: float
    problem: UpstreamError | None = None


class ModelService:
    """The list of models, kept for a minute; many who ask at once cause one request.

    Where the server is away, the list it gave last goes on being told.
    """

    def __init__(self, grok: Grok, in_use: ModelsInUse, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._grok = grok
        self._clock = clock
        self._names: tuple[str, ...] = ()
        self._listed_at = float("-inf")
        self._away_at = float("-inf")
        self._asking = asyncio.Lock()
        self.in_use = in_use

    async def names(self) -> tuple[str, ...]:
        """Return the ids of the models, as the server orders them. Raises the UpstreamError tree if it never told."""
        if self._is_old():
            async with self._asking:
                if self._is_old():
                    await self._list()
        return self._names

    async def known_names(self) -> tuple[str, ...]:
        """Return the ids of the models as far as they are known within two seconds; none when nobody ever told."""
        if self._clock() - self._away_at <= AWAY_LIFE_S:
            return self._names
        try:
            async with asyncio.timeout(KNOWN_WITHIN_S):
                return await self.names()
        except (UpstreamError, TimeoutError):
            self._away_at = self._clock()
            return self._names

    async def checked(self, name: str) -> str:
        """Return the id of a model as the server writes it. Raises InputError with the nearest ones that exist.

        Where the server does not tell what it has, the name is taken as it is.
        """
        bare = name.strip()
        names = await self.known_names()
        found = next((each for each in names if each == bare), None)
        found = found or next((each for each in names if each.casefold() == bare.casefold()), None)
        if found is not None or (not names and bare):
            return found or bare
        if near := nearest(bare, names):
            raise InputError("model_unknown", name=bare, nearest=", ".join(near))
        raise InputError("model_none_like", name=bare)

    async def fast(self) -> str:
        """Return the fast model: the one that was set, or the first that sounds like it. Raises InputError."""
        if self.in_use.fast:
            return self.in_use.fast
        media = {self.in_use.image, self.in_use.image_edit, self.in_use.video}
        names = [name for name in await self.known_names() if name not in media and "imagine" not in name]
        found = next((name for name in names if any(sign in name.casefold() for sign in FAST_SIGNS)), None)
        if found is None:
            raise InputError("no_fast_model")
        return found

    def resting(self) -> tuple[Resting, ...]:
        """Return which upstreams are left alone now, and for what."""
        return self._grok.resting()

    async def health(self) -> UpstreamHealth:
        """Ask the server something that costs nothing."""
        began = self._clock()
        try:
            await self._grok.verify()
        except UpstreamError as problem:
            return UpstreamHealth(self._clock() - began, problem)
        return UpstreamHealth(self._clock() - began)

    def _is_old(self) -> bool:
        return self._clock() - self._listed_at > LIST_LIFE_S

    async def _list(self) -> None:
        try:
            self._names = tuple(model.id for model in await self._grok.models())
        except UpstreamError:
            if not self._names:
                raise
        # Also after a failure: a server that is away is not asked again by everybody who types a letter.
        self._listed_at = self._clock()
