"""Where rests are remembered: a table that all processes share, and the next start finds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.grok.breakers import KnownRest
from bot.store.rests import Rest, Rests


class StoredRests:
    """Fulfils `bot.grok.breakers.RestBook`."""

    def __init__(self, rests: Rests) -> None:
        self._rests = rests

    async def all(self) -> Mapping[str, KnownRest]:
        """Return every rest."""
        return {
            server: KnownRest(rest.until.timestamp(), rest.times) for server, rest in (await self._rests.all()).items()
        }

    async def keep(self, key: str, rest: KnownRest) -> None:
        """Note a rest."""
        await self._rests.keep(key, Rest(datetime.fromtimestamp(rest.until, UTC), rest.times))

    async def end(self, key: str) -> None:
        """Note that it works again."""
        await self._rests.end(key)
