"""Names of models: which ones come nearest to one that does not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from difflib import get_close_matches

from bot.errors import UpstreamError, UpstreamModelUnknown

_NEAREST = 3


def nearest(name: str, names: tuple[str, ...], most: int = _NEAREST) -> list[str]:
    """Return the names that come nearest to one: those which contain it first."""
    folded = {each.casefold(): each for each in names}
    within = [each for each in folded if name.casefold() in each] if name else []
    alike = get_close_matches(name.casefold(), folded, n=most, cutoff=0.4)
    return [folded[each] for each in dict.fromkeys([*within, *alike])][:most]


@asynccontextmanager
async def named(model: str, names: Callable[[], Awaitable[tuple[str, ...]]]) -> AsyncIterator[None]:
    """Let an error about an unknown model tell the names that come nearest to it, as far as the server tells any."""
    try:
        yield
    except UpstreamModelUnknown as unknown:
        try:
            existing = await names()
        except UpstreamError:
            existing = ()
        unknown.model = model
        # A model that is listed exists: then it is only not for this.
        unknown.nearest = () if model in existing else tuple(nearest(model, existing))
        raise
