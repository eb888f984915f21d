"""Slots: the equal shares of one bot's work that processes take, each a range of gateway shards."""

from __future__ import annotations

from dataclasses import dataclass

_TIME_SHIFT = 22  # Discord: the upper bits of an id, which choose its shard


@dataclass(frozen=True, slots=True)
class Slot:
    """One share: number `number` of `slots`, of a bot with `shard_count` shards, at least one for every slot."""

    number: int
    slots: int
    shard_count: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.slots <= self.shard_count:
            raise ValueError(f"no such slot: {self.number} of {self.slots} with {self.shard_count} shards")

    @property
    def shard_ids(self) -> tuple[int, ...]:
        """Return the slot's shards: neighbours, and as many as any other slot has, or one more."""
        return tuple(range(*(number * self.shard_count // self.slots for number in (self.number, self.number + 1))))

    @property
    def executor_id(self) -> str:
        """Return the name under which unfinished orders wait for whoever has this slot."""
        return executor_id(self.number)


def executor_id(number: int) -> str:
    """Return the name under which unfinished orders wait for whoever has a slot."""
    return f"slot-{number}"


# What a process has that is the whole bot: every shard, however many Discord recommends.
ALONE = Slot(0, 1, 1)


def shard_of(guild_id: int | None, shard_count: int) -> int:
    """Return the shard that hears of a server; direct messages (None) belong to shard 0.

    Source: https://discord.com/developers/docs/events/gateway#sharding
    """
    return 0 if guild_id is None else (guild_id >> _TIME_SHIFT) % shard_count


def slot_of(guild_id: int | None, slots: int, shard_count: int) -> int:
    """Return the number of the slot whose shards hear of a server, or of direct messages (None)."""
    # The inverse of the ranges above: the last slot that begins at this shard or before.
    return ((shard_of(guild_id, shard_count) + 1) * slots - 1) // shard_count
