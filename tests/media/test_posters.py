"""A poster shows something."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bot.errors import CannotFit
from bot.media.fitting import Fitter
from tests.media.made import clip, noise, turned

SIZE = (320, 180)


def fading_in(index: int) -> Image.Image:
    """Return black for a second, then a picture."""
    return Image.new("RGB", SIZE) if index < 24 else noise(SIZE)(index)


async def poster(source: Path, folder: Path) -> Image.Image:
    made = await Fitter().poster_of(source, folder)
    with Image.open(made) as picture:
        assert picture.format == "JPEG"
        return picture.copy()


def brightness(picture: Image.Image) -> float:
    return float(picture.convert("L").resize((1, 1)).getpixel((0, 0)))  # type: ignore[arg-type]  # one number


async def test_a_poster_is_no_black_frame(tmp_path: Path) -> None:
    source = clip(tmp_path / "fade.mp4", draw=fading_in, has_audio=False)
    assert brightness(await poster(source, tmp_path)) > 60


async def test_a_clip_that_is_black_all_over_has_a_black_poster(tmp_path: Path) -> None:
    source = clip(tmp_path / "black.mp4", draw=lambda _: Image.new("RGB", SIZE), seconds=1, has_audio=False)
    assert brightness(await poster(source, tmp_path)) < 30


async def test_a_clip_of_one_frame_has_a_poster(tmp_path: Path) -> None:
    assert (await poster(clip(tmp_path / "one.mp4", seconds=1 / 24, has_audio=False), tmp_path)).size == SIZE


async def test_a_poster_is_upright(noisy: Path, tmp_path: Path) -> None:
    assert (await poster(turned(noisy, tmp_path / "turned.mp4"), tmp_path)).size == (180, 320)


async def test_what_is_no_clip_has_no_poster(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(CannotFit) as refused:
        await Fitter().poster_of(tmp_path / "page.mp4", tmp_path)
    assert refused.value.reason == "damaged"
