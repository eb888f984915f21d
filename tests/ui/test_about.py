from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots import Slot
from bot.ui.about import StatusFacts, models_text, status_text
from bot.ui.face import MESSAGE_LIMIT_CHARS


def test_a_gateway_without_a_heartbeat_yet_has_no_number() -> None:
    facts = StatusFacts(0.1, None, gateway_s=math.nan, shards=1, answering=0, refused=0, uptime_s=1.0)

    assert "nan" not in status_text(facts)
    assert "Discord is connected (1 shard)" in status_text(facts)


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        (Slot(1, 2, 4), "-# this process: slot 1 of 2 · shards 2 to 3 of 4"),
        (Slot(0, 2, 2), "-# this process: slot 0 of 2 · shard 0 of 2"),
    ],
)
def test_where_several_processes_are_one_bot_the_one_that_answers_says_which_it_is(slot: Slot, told: str) -> None:
    facts = StatusFacts(0.1, None, gateway_s=0.1, shards=1, answering=0, refused=0, uptime_s=1.0, slot=slot)
    assert status_text(facts).splitlines()[-1] == told


def test_the_models_in_use_are_marked_and_missing_ones_are_named() -> None:
    said = models_text(["grok-3", "grok-4"], {"grok-3": "/ask", "grok-video": "/video"})

    assert "- `grok-3` · **/ask**" in said
    assert "- `grok-4`\n" in said
    assert "Configured but not listed by the server: `grok-video` for /video." in said


@given(st.lists(st.text(max_size=4000), max_size=400))
def test_names_of_models_cannot_leave_their_backticks(names: list[str]) -> None:
    said = models_text([f"`{name}\n@everyone" for name in names], {})

    assert len(said) <= MESSAGE_LIMIT_CHARS
    assert all(line.count("`") in {0, 2} for line in said.splitlines())
    assert "@everyone" not in said
