"""Which messages of a channel are listed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from sandbox.model import Channel, Message
from sandbox.world import World


def newest_first(world: World, channel: Channel, *, before: int | None = None) -> Iterator[Message]:
    """Yield a channel's messages from the newest, or from the one before an id, back to the first."""
    ids = channel.message_ids
    for index in range((len(ids) if before is None else bisect_left(ids, before)) - 1, -1, -1):
        yield world.messages[ids[index]]


def oldest_first(world: World, channel: Channel, *, after: int) -> Iterator[Message]:
    """Yield a channel's messages after an id, towards the newest."""
    ids = channel.message_ids
    for index in range(bisect_right(ids, after), len(ids)):
        yield world.messages[ids[index]]
