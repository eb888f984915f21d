"""What the Grok server can do, as commands need it: looked up at the start and now and then, asked of nobody else."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.errors import InputError, UpstreamError
from bot.grok.capabilities import EVERYTHING, Capabilities
from bot.grok.protocol import Grok
from bot.services.wishes import Wish

__all__ = ["Abilities", "Capabilities"]

LOOK_S = 15.0


class Abilities:
    """Knows what may be ordered. known: as far as was found out; everything before that."""

    def __init__(self, grok: Grok) -> None:
        self._grok = grok
        self.known: Capabilities = EVERYTHING

    async def look(self) -> Capabilities:
        """Find out what the server can do. One that is away leaves what is known as it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                self.known = await self._grok.capabilities()
        return self.known

    async def look_again(self) -> Capabilities:
        """Do the same for a server that may have become another one: its list of models shows that."""
        try:
            async with asyncio.timeout(LOOK_S):
                await self._grok.models()
        except (UpstreamError, TimeoutError):
            return self.known
        return await self.look()

    def check(self, wish: Wish, *, has_image: bool) -> None:
        """Raise InputError for what the server cannot do: Discord goes on showing options that it no longer has."""
        if wish.kind == "clip":
            self._check_clip(wish, has_image=has_image)
        else:
            self._check_picture(wish, has_image=has_image)

    def _check_picture(self, wish: Wish, *, has_image: bool) -> None:
        able = self.known
        if has_image and not able.image_edit:
            raise InputError("cannot_edit")
        if not has_image and not able.images_at_once:
            raise InputError("cannot_draw")
        if not has_image and wish.amount > able.images_at_once:
            raise InputError("cannot_count", most=able.images_at_once)
        _check_choice("cannot_aspect", wish.aspect, able.image_aspects)

    def _check_clip(self, wish: Wish, *, has_image: bool) -> None:
        able = self.known
        if not able.video:
            raise InputError("cannot_film")
        if has_image and not able.video_from_image:
            raise InputError("cannot_animate")
        _check_choice("cannot_aspect", wish.aspect, able.video_aspects)
        _check_choice("cannot_seconds", wish.seconds, able.video_seconds)
        _check_choice("cannot_quality", wish.quality, able.video_qualities)


def _check_choice(code: str, wanted: object, allowed: tuple[object, ...]) -> None:
    if wanted is None or wanted in allowed:
        return
    if not allowed:
        raise InputError(f"{code}_any")
    raise InputError(code, wanted=str(wanted), allowed=", ".join(map(str, allowed)))
