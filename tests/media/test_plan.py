"""What a clip becomes, for what it is and the room there is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CannotFit
from bot.media.facts import ClipFacts, Source
from bot.media.plan import ClipPlan, corrected_bits_per_s, even_size, lowered_rate, plan_clip

MIB = 1024 * 1024


def source(
    seconds: float,
    width: int = 1280,
    height: int = 720,
    *,
    rate: Fraction | int = 24,
    has_audio: bool = True,
    aac: int | None = None,
    size_bytes: int = 500 * MIB,
) -> Source:
    facts = ClipFacts(seconds, width, height, has_audio, size_bytes)
    return Source(facts, Fraction(rate), round(seconds * rate), aac_bits_per_s=aac)


@pytest.mark.parametrize(
    ("given_source", "limit_bytes", "width", "height", "rate"),
    [
        (source(15), 10 * MIB, 1280, 720, 24),
        (source(15, 1920, 1080), 10 * MIB, 1920, 1080, 24),
        (source(15), 2 * MIB, 960, 540, 24),
        (source(60), 10 * MIB, 960, 540, 24),
        (source(60), 2 * MIB, 426, 240, 24),
        (source(120), 2 * MIB, 284, 160, 12),
        (source(15, 720, 1280), 2 * MIB, 540, 960, 24),
        (source(15, 1024, 1024), 2 * MIB, 720, 720, 24),
        (source(15, rate=60), 10 * MIB, 1280, 720, 30),
        (source(15, 3840, 2160), 25 * MIB, 3840, 2160, 24),
        (source(2, 64, 48), 100_000, 64, 48, 24),
        (source(600), 25 * MIB, 426, 240, 24),
    ],
)
def test_a_size_is_chosen_by_the_bits_there_are(
    given_source: Source, limit_bytes: int, width: int, height: int, rate: int
) -> None:
    plan = plan_clip(given_source, limit_bytes)
    assert (plan.width, plan.height, plan.frames_per_s) == (width, height, Fraction(rate))


@pytest.mark.parametrize(
    ("given_source", "limit_bytes"),
    [
        (source(15), 1),
        (source(15), 100_000),
        (source(3600), 25 * MIB),
        (source(140), 2 * MIB),
        (source(2, 16, 16), 900),
    ],
)
def test_a_clip_of_which_nothing_worth_looking_at_would_be_left_is_refused(
    given_source: Source, limit_bytes: int
) -> None:
    with pytest.raises(CannotFit) as refused:
        plan_clip(given_source, limit_bytes)
    assert refused.value.reason == "too_long"


@pytest.mark.parametrize(
    ("aac", "limit_bytes", "audio", "copies"),
    [
        (None, 10 * MIB, 128_000, False),
        (130_000, 10 * MIB, 130_000, True),
        (32_000, 10 * MIB, 32_000, True),
        (320_000, 10 * MIB, 128_000, False),
        (130_000, MIB, 64_000, False),
    ],
)
def test_audio_is_copied_where_it_fits(aac: int | None, limit_bytes: int, audio: int, copies: bool) -> None:
    plan = plan_clip(source(15, aac=aac), limit_bytes)
    assert (plan.audio_bits_per_s, plan.copies_audio) == (audio, copies)


def test_a_silent_clip_spends_nothing_on_audio() -> None:
    assert plan_clip(source(15, has_audio=False), MIB).audio_bits_per_s == 0


@pytest.mark.parametrize(
    ("rate", "lowered"),
    [("24", "24"), ("30", "30"), ("60", "30"), ("60000/1001", "30000/1001"), ("50", "25"), ("90", "30")],
)
def test_frames_are_left_out_evenly(rate: str, lowered: str) -> None:
    assert lowered_rate(Fraction(rate)) == Fraction(lowered)


def test_a_long_clip_gets_a_faster_preset() -> None:
    presets = [plan_clip(source(seconds, rate=30), 200 * MIB).preset for seconds in (15, 60, 300)]
    assert presets == ["faster", "faster", "veryfast"]


def test_a_small_clip_is_not_blown_up_to_the_limit() -> None:
    assert plan_clip(source(2, size_bytes=MIB), 25 * MIB).goal_bytes == 1.5 * MIB


def test_a_file_that_came_out_too_large_gets_as_much_less_as_it_was_over() -> None:
    plan = plan_clip(source(15, has_audio=False), 10 * MIB)
    assert corrected_bits_per_s(plan, 15, plan.goal_bytes) == plan.video_bits_per_s
    over = corrected_bits_per_s(plan, 15, round(plan.goal_bytes * 1.1))
    assert 0.89 < over / plan.video_bits_per_s < 0.91
    assert corrected_bits_per_s(plan, 15, 10) == plan.video_bits_per_s * 2


SIDES = st.integers(2, 8000)
SOURCES = st.builds(
    source,
    st.floats(0.05, 4000),
    SIDES,
    SIDES,
    rate=st.fractions(1, 240, max_denominator=1001),
    has_audio=st.booleans(),
    aac=st.none() | st.integers(1000, 400_000),
    size_bytes=st.integers(1000, 2_000_000_000),
)
LIMITS = st.integers(1, 500 * MIB)


def found(given_source: Source, limit_bytes: int) -> ClipPlan | None:
    try:
        return plan_clip(given_source, limit_bytes)
    except CannotFit:
        return None


@given(SOURCES, LIMITS)
def test_a_plan_is_never_larger_than_the_source_and_always_even(given_source: Source, limit_bytes: int) -> None:
    plan = found(given_source, limit_bytes)
    if plan is None:
        return
    facts = given_source.facts
    assert 2 <= plan.width <= facts.width
    assert 2 <= plan.height <= facts.height
    assert plan.width % 2 == plan.height % 2 == 0
    assert 0 < plan.frames_per_s <= given_source.frames_per_s
    assert plan.frames_per_s <= 30
    assert plan.video_bits_per_s > 0
    spent = (plan.video_bits_per_s + plan.audio_bits_per_s) * facts.seconds / 8
    assert spent <= plan.goal_bytes + facts.seconds <= limit_bytes + facts.seconds


@given(SOURCES, LIMITS, LIMITS)
def test_more_room_never_gives_a_smaller_picture(given_source: Source, one: int, other: int) -> None:
    less, more = (found(given_source, limit) for limit in sorted((one, other)))
    if less is None:
        return
    assert more is not None
    assert (more.width, more.height) >= (less.width, less.height)
    assert more.width >= less.width
    assert more.height >= less.height
    assert more.frames_per_s >= less.frames_per_s
    assert more.goal_bytes >= less.goal_bytes


@given(SIDES, SIDES, st.floats(1000, 10_000_000))
def test_a_shape_is_kept(width: int, height: int, pixels: float) -> None:
    new_width, new_height = even_size(width, height, pixels)
    scale = min(1.0, (pixels / (width * height)) ** 0.5, 4096 / max(width, height))
    assert abs(new_width - width * scale) <= 2
    assert abs(new_height - height * scale) <= 2
