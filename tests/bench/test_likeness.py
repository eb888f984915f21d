"""The figures of `make bench-fitting` mean what they say."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image

from bench.likeness import likeness
from tests.media.made import clip

SIZE = (160, 90)


def grey(path: Path, level: int, *, rate: int = 24) -> Path:
    return clip(
        path, size=SIZE, seconds=1, rate=rate, has_audio=False, draw=lambda _: Image.new("RGB", SIZE, (level,) * 3)
    )


def test_a_clip_is_entirely_like_itself(tmp_path: Path) -> None:
    original = clip(tmp_path / "a.mp4", size=SIZE, seconds=1, has_audio=False)
    compared = likeness(original, original)
    assert (compared.ssim, compared.psnr_db) == (1, math.inf)


def test_other_noise_is_not_like_it(tmp_path: Path) -> None:
    one, other = (clip(tmp_path / f"{name}.mp4", size=SIZE, seconds=1, has_audio=False) for name in "ab")
    assert likeness(one, other).ssim < 0.2


def test_a_known_difference_gives_the_known_figure(tmp_path: Path) -> None:
    # 10 of 255 in RGB are 10 * 219 / 255 = 8.6 of the brightness of video, rounded to 8 or 9.
    compared = likeness(grey(tmp_path / "a.mp4", 120), grey(tmp_path / "b.mp4", 130))
    assert 20 * math.log10(255 / 9) - 0.1 <= compared.psnr_db <= 20 * math.log10(255 / 8) + 0.1


def test_fewer_frames_are_compared_with_all_of_the_original(tmp_path: Path) -> None:
    assert likeness(grey(tmp_path / "a.mp4", 120), grey(tmp_path / "b.mp4", 120, rate=12)).ssim == pytest.approx(1)
