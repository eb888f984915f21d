from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.progress import BAR_CELLS, Progress, bar


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.none() | st.floats()))
def test_what_is_shown_never_goes_back_and_stays_between_0_and_100(announced: list[float | None]) -> None:
    progress = Progress(Clock())
    shown = [0]
    for percent in announced:
        progress.announce(percent)
        shown.append(progress.percent or 0)

    assert shown == sorted(shown)
    assert shown[-1] <= 100


def test_before_the_first_announcement_nothing_is_claimed() -> None:
    progress = Progress(Clock())
    progress.announce(None)

    assert (progress.percent, progress.eta_s) == (None, None)


def test_the_estimate_counts_down_and_ends_when_it_has_run_out() -> None:
    clock = Clock()
    progress = Progress(clock)
    clock.now += 20
    progress.announce(25)
    assert progress.eta_s == pytest.approx(60)
    clock.now += 45
    assert progress.eta_s == pytest.approx(15)
    clock.now += 16
    assert progress.eta_s is None


def test_a_repeated_announcement_does_not_move_the_estimate() -> None:
    clock = Clock()
    progress = Progress(clock)
    clock.now += 20
    progress.announce(50)
    clock.now += 5
    progress.announce(50)

    assert progress.eta_s == pytest.approx(15)


@pytest.mark.parametrize("percent", [4.9, 100, math.nan])
def test_the_very_beginning_and_the_end_give_no_estimate(percent: float) -> None:
    clock = Clock()
    progress = Progress(clock)
    clock.now += 20
    progress.announce(percent)

    assert progress.eta_s is None


@pytest.mark.parametrize(("percent", "filled"), [(None, 0), (0, 0), (50, BAR_CELLS // 2), (100, BAR_CELLS)])
def test_the_bar_fills_with_the_percentage(percent: int | None, filled: int) -> None:
    assert bar(percent) == "▰" * filled + "▱" * (BAR_CELLS - filled)
