"""Slots: every shard is in exactly one, and a server's slot is the one that hears of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots import ALONE, Slot, shard_of, slot_of

COUNTS = st.integers(1, 64).flatmap(lambda slots: st.tuples(st.just(slots), st.integers(slots, 2000)))
GUILD_IDS = st.integers(0, 2**63 - 1)


def all_slots(slots: int, shard_count: int) -> list[Slot]:
    return [Slot(number, slots, shard_count) for number in range(slots)]


@given(COUNTS)
def test_every_shard_is_in_exactly_one_slot_and_the_slots_follow_each_other(counts: tuple[int, int]) -> None:
    slots, shard_count = counts
    joined = [shard for slot in all_slots(slots, shard_count) for shard in slot.shard_ids]
    assert joined == list(range(shard_count))


@given(COUNTS)
def test_no_slot_has_more_than_one_shard_more_than_another(counts: tuple[int, int]) -> None:
    sizes = {len(slot.shard_ids) for slot in all_slots(*counts)}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1


@given(COUNTS, GUILD_IDS | st.none())
def test_the_slot_of_a_server_has_its_shard(counts: tuple[int, int], guild_id: int | None) -> None:
    slots, shard_count = counts
    number = slot_of(guild_id, slots, shard_count)
    assert shard_of(guild_id, shard_count) in Slot(number, slots, shard_count).shard_ids


def test_shards_are_chosen_as_discord_does() -> None:
    assert [shard_of(guild_id, 4) for guild_id in (5 << 22, (5 << 22) + 4_194_303, 6 << 22, 8 << 22)] == [1, 1, 2, 0]
    assert shard_of(None, 4) == 0


def test_an_executor_is_named_after_its_slot() -> None:
    assert Slot(3, 4, 16).executor_id == "slot-3"
    assert ALONE.executor_id == "slot-0"


@pytest.mark.parametrize(("number", "slots", "shard_count"), [(-1, 2, 4), (2, 2, 4), (0, 2, 1), (0, 0, 1)])
def test_a_slot_that_cannot_be_is_refused(number: int, slots: int, shard_count: int) -> None:
    with pytest.raises(ValueError, match="no such slot"):
        Slot(number, slots, shard_count)
