from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.progress import BAR_CELLS, Progress, bar, moving_bar


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


@pytest.mark.parametrize("seconds", [0, 3, 11, 12, 13, 24, 25, 999])
def test_the_moving_bar_keeps_its_length(seconds: int) -> None:
    shown = moving_bar(seconds)

    assert (len(shown), shown.count("▰")) == (BAR_CELLS, 4)
    assert "▰▰▰▰" in shown


def test_the_moving_bar_goes_to_and_fro_by_one_cell_a_second() -> None:
    places = [moving_bar(second).index("▰") for second in range(60)]

    assert (min(places), max(places)) == (0, BAR_CELLS - 4)
    assert {abs(later - earlier) for earlier, later in itertools.pairwise(places)} == {1}


def test_what_is_usual_gives_an_estimate_before_the_first_percent() -> None:
    clock = Clock()
    progress = Progress(clock, expected_s=60)
    assert progress.eta_s == pytest.approx(60)
    clock.now += 20
    assert progress.eta_s == pytest.approx(40)
    progress.announce(1)
    assert progress.eta_s == pytest.approx(40)
    clock.now += 41
    assert progress.eta_s is None


@pytest.mark.parametrize("expected_s", [0, -1, math.nan, math.inf, None])
def test_nonsense_about_what_is_usual_gives_no_estimate(expected_s: float | None) -> None:
    assert Progress(Clock(), expected_s).eta_s is None


def test_the_estimate_goes_over_from_what_is_usual_to_what_is_announced() -> None:
    clock = Clock()
    progress = Progress(clock, expected_s=100)
    clock.now += 5.5
    progress.announce(27.5)  # a speed of 20 s for the whole; half trusted
    assert progress.eta_s == pytest.approx((100 + 20) / 2 - 5.5)
    clock.now += 4.5
    progress.announce(50)
    assert progress.eta_s == pytest.approx(10)


@given(
    st.none() | st.floats(0.1, 1e4),
    st.lists(st.tuples(st.floats(0, 100), st.none() | st.floats(allow_infinity=True, allow_nan=True)), max_size=30),
)
def test_whatever_is_announced_percents_never_fall_and_nothing_negative_is_left(
    expected_s: float | None, told: list[tuple[float, float | None]]
) -> None:
    clock = Clock()
    progress = Progress(clock, expected_s)
    before = 0
    for wait_s, percent in told:
        clock.now += wait_s
        left_before, known = progress.eta_s, progress.percent
        progress.announce(percent)
        if percent is None or (known is not None and percent <= known):
            assert progress.eta_s == left_before  # nothing new was said
        assert before <= (progress.percent or 0) <= 100
        assert progress.eta_s is None or 0 < progress.eta_s < math.inf
        before = progress.percent or 0


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.integers(20, 300))
def test_at_an_even_speed_the_estimate_comes_ever_nearer_to_the_truth(
    expected_s: float, total_s: float, steps: int
) -> None:
    clock = Clock()
    clock.now = 0.0
    progress = Progress(clock, expected_s)
    off_before = abs(expected_s - total_s)
    for step in range(1, steps):
        clock.now = total_s * step / steps
        progress.announce(100 * step / steps)
        left_s = total_s - clock.now
        off = abs((progress.eta_s or 0.0) - left_s)
        assert off <= off_before + 0.51  # an estimate below half a second is not shown
        off_before = min(off_before, max(off, 0.51))
        if 100 * step / steps >= 50:
            assert off <= 0.51
