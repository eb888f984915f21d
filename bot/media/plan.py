"""Decide how a clip is made to fit: how many bits for what, which size, which frame rate. Values in, values out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bot.errors import CannotFit
from bot.media.facts import Source

TARGET_SHARE = 0.96  # of the limit: two passes hit a size within about two percent
ENOUGH_SHARE = 0.92  # of the limit: less, and bits are left that the picture could have had
AUDIO_SHARE = 0.12
AUDIO_LEAST_BITS_PER_S, AUDIO_MOST_BITS_PER_S = 64_000, 128_000
COPY_TOLERANCE = 1.25  # AAC that is a little larger than planned is copied all the same: a copy loses nothing
FRAMES_PER_S_LIMIT = 30
LONG_SIDE_LIMIT_PX = 4096
FLOOR_LINES, FLOOR_BITS_PER_S = 160, 60_000  # less than this is not worth looking at
# Lines of a 16:9 picture, and the bits per pixel of a frame below which the next smaller picture looks better.
LADDER = (
    (2160, 0.050),
    (1440, 0.055),
    (1080, 0.060),
    (900, 0.065),
    (720, 0.070),
    (540, 0.075),
    (480, 0.078),
    (360, 0.080),
    (240, 0.080),
)
# What an index takes in an MP4: of a video frame (stsz, ctts, stts, stco, sdtp) and of 1024 audio samples.
FRAME_OVERHEAD_BITS, AUDIO_OVERHEAD_BITS_PER_S, FILE_OVERHEAD_BITS = 20 * 8, 47 * 10 * 8, 2048 * 8
SOURCE_GROWTH = 1.5  # H.264 needs so much more than VP9 for the same picture: a small WebM may become that much larger
# The preset for up to so many pixels of all frames together: two minutes of 720p, and more. Slower ones gain nothing:
# four seconds of 720p in 2.7 MiB took 11 CPU seconds with "medium" (SSIM 0.923), 8 with "faster" (0.929), 7 with
# "veryfast" (0.925).
PRESETS = ((25_000_000 * 120, "faster"), (math.inf, "veryfast"))


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """How to encode a clip. audio_bits_per_s: 0 without audio. goal_bytes: the size that is aimed at."""

    width: int
    height: int
    frames_per_s: Fraction
    video_bits_per_s: int
    audio_bits_per_s: int
    copies_audio: bool
    preset: str
    goal_bytes: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """A size and a frame rate that a clip could get, and the bits it should have then."""

    width: int
    height: int
    frames_per_s: Fraction
    wanted_bits_per_s: float


def plan_clip(source: Source, limit_bytes: int) -> ClipPlan:
    """Return how to make a clip fit. Raises CannotFit "too_long" where nothing worth looking at would be left."""
    facts = source.facts
    goal_bytes = int(min(limit_bytes * TARGET_SHARE, facts.size_bytes * SOURCE_GROWTH))
    total = (goal_bytes * 8 - FILE_OVERHEAD_BITS) / facts.seconds - (AUDIO_OVERHEAD_BITS_PER_S * facts.has_audio)
    audio = min(max(total * AUDIO_SHARE, AUDIO_LEAST_BITS_PER_S), AUDIO_MOST_BITS_PER_S) if facts.has_audio else 0
    shape = _shape(source, total - audio)
    copied = _copied_audio(source, audio, total)
    spent_on_audio = round(audio) if copied is None else copied
    video = max(1, int(total - spent_on_audio - _index_bits_per_s(shape)))
    pixels = shape.width * shape.height * float(shape.frames_per_s) * facts.seconds
    preset = next(name for most, name in PRESETS if pixels <= most)
    return ClipPlan(
        shape.width, shape.height, shape.frames_per_s, video, spent_on_audio, copied is not None, preset, goal_bytes
    )


def corrected_bits_per_s(plan: ClipPlan, seconds: float, size_bytes: int) -> int:
    """Return the bits for the video with which a file that came out as `size_bytes` meets its goal the next time."""
    missing = (plan.goal_bytes - size_bytes) * 8 / seconds  # also what planned audio did not need
    return max(
        1, round(min(max(plan.video_bits_per_s + missing, plan.video_bits_per_s / 2), plan.video_bits_per_s * 2))
    )


def even_size(width: int, height: int, pixels: float) -> tuple[int, int]:
    """Return a size of the same shape with at most so many pixels, never larger, both sides even and at least 2."""
    scale = min(1.0, math.sqrt(pixels / (width * height)), LONG_SIDE_LIMIT_PX / max(width, height))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def lowered_rate(frames_per_s: Fraction) -> Fraction:
    """Return a whole part of a frame rate, so that frames are left out evenly: at most 30."""
    return frames_per_s / max(1, math.ceil(frames_per_s / FRAMES_PER_S_LIMIT))


def _copied_audio(source: Source, planned_bits_per_s: float, total_bits_per_s: float) -> int | None:
    """Return the bits of the source's audio if it may be copied as it is."""
    has_room = total_bits_per_s > 4 * AUDIO_LEAST_BITS_PER_S
    most = planned_bits_per_s * (COPY_TOLERANCE if has_room else 1)
    own = source.aac_bits_per_s
    return own if own is not None and own <= most else None


def _shape(source: Source, bits_per_s: float) -> _Shape:
    """Return the best shape for which there are bits."""
    shapes = list(_shapes(source))
    if bits_per_s < _floor_bits_per_s(shapes[-1]):
        raise CannotFit("too_long")
    return next((shape for shape in shapes if shape.wanted_bits_per_s <= bits_per_s), shapes[-1])


def _floor_bits_per_s(shape: _Shape) -> float:
    picture = FLOOR_BITS_PER_S * min(1.0, shape.width * shape.height / _pixels(FLOOR_LINES))
    return picture + _index_bits_per_s(shape)


def _index_bits_per_s(shape: _Shape) -> float:
    return float(shape.frames_per_s) * FRAME_OVERHEAD_BITS


def _shapes(source: Source) -> Iterator[_Shape]:
    """Yield what a clip could become, the best first: its own size, then smaller ones, then half of the frames."""
    facts, rate = source.facts, lowered_rate(source.frames_per_s)
    own = even_size(facts.width, facts.height, _pixels(LADDER[0][0]))
    smaller = [lines for lines, _ in LADDER if _pixels(lines) < own[0] * own[1]]
    sizes = [own, *(even_size(facts.width, facts.height, _pixels(lines)) for lines in smaller)]
    for size in sizes:
        yield _shaped(size, rate)
    yield _shaped(sizes[-1], rate / 2)
    yield _shaped(even_size(*sizes[-1], _pixels(FLOOR_LINES)), rate / 2)


def _shaped(size: tuple[int, int], rate: Fraction) -> _Shape:
    pixels = size[0] * size[1]
    return _Shape(*size, rate, _bits_per_pixel(pixels) * pixels * float(rate))


def _bits_per_pixel(pixels: int) -> float:
    """Return the least bits per pixel for a size, between two rungs of the ladder in proportion."""
    if pixels >= _pixels(LADDER[0][0]):
        return LADDER[0][1]
    for (upper, fewer), (lower, more) in pairwise(LADDER):
        if pixels >= _pixels(lower):
            part = (pixels - _pixels(lower)) / (_pixels(upper) - _pixels(lower))
            return more + (fewer - more) * part
    return LADDER[-1][1]


def _pixels(lines: int) -> float:
    return lines * lines * 16 / 9
