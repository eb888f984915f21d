"""Discord's ids: milliseconds since 2015 in the upper bits, so that ids sort by time.

Source: https://discord.com/developers/docs/reference#snowflakes
"""

from __future__ import annotations

from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000
_TIME_SHIFT = 22


class Snowflakes:
    """Hands out ids that grow strictly, whatever the clock does.

    now_s: the time in seconds since 1970.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._last = 0

    def next(self) -> int:
        """Return an id greater than every id before."""
        fresh = (int(self._now_s() * 1000) - EPOCH_MS) << _TIME_SHIFT
        self._last = max(fresh, self._last + 1)
        return self._last

    def next_on(self, shard: int, shard_count: int) -> int:
        """Return an id greater than every id before, of a guild that is on a shard: a moment in the future, if need be.

        Ids for neighbouring shards are a millisecond apart, so that a thousand of them lead a second ahead.
        """
        moment = self.next() >> _TIME_SHIFT
        ahead = (shard - moment) % shard_count
        if ahead:
            self._last = (moment + ahead) << _TIME_SHIFT
        return self._last


def created_s(snowflake: int) -> float:
    """Return when an id was made, in seconds since 1970."""
    return ((snowflake >> _TIME_SHIFT) + EPOCH_MS) / 1000


def shard_of(guild_id: int | None, shard_count: int) -> int:
    """Return the shard that hears of a guild; direct messages belong to shard 0."""
    return 0 if guild_id is None else (guild_id >> _TIME_SHIFT) % shard_count
