"""Handing on a large clip holds none of it in memory."""

from __future__ import annotations

from bench.relay import CLIP_MB, MIB, MOST_GROWTH_MIB, measure


async def test_a_clip_of_200_mb_is_handed_on_in_less_than_32() -> None:
    run = await measure()
    assert run.sent_bytes == CLIP_MB * MIB
    assert run.growth_mib < MOST_GROWTH_MIB
