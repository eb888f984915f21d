"""Real clips, made to fit by real workers."""

from __future__ import annotations

import filecmp
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.errors import CannotFit
from bot.media.fitting import ClipFacts, Fitter
from tests.media.made import clip, frames, heard_hz, noise, size_bytes, top_boxes, turned

LIMIT_BYTES = 120_000


async def fitted(source: Path, folder: Path, limit_bytes: int = LIMIT_BYTES) -> tuple[Path, ClipFacts]:
    made = await Fitter().fit_clip(source, limit_bytes, folder, on_progress=lambda _: None)
    facts = await Fitter().probe(made)
    assert os.listdir(folder) == [made.name]
    assert made.suffix == ".mp4"
    assert facts.size_bytes == size_bytes(made) <= limit_bytes
    return made, facts


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


async def test_a_clip_fills_its_limit_and_keeps_time_size_and_sound(noisy: Path, out: Path) -> None:
    made, facts = await fitted(noisy, out)
    assert facts.size_bytes >= 0.92 * LIMIT_BYTES
    assert (facts.width, facts.height, facts.has_audio) == (320, 180, True)
    assert facts.seconds == pytest.approx(2, abs=0.05)
    assert heard_hz(made) == pytest.approx(440, abs=5)
    assert len(frames(made)) == 48


async def test_the_index_comes_first(noisy: Path, out: Path) -> None:
    made, _ = await fitted(noisy, out)
    boxes = top_boxes(made)
    assert boxes.index(b"moov") < boxes.index(b"mdat")


async def test_progress_rises_to_one(noisy: Path, tmp_path: Path) -> None:
    heard: list[float] = []
    await Fitter().fit_clip(noisy, LIMIT_BYTES, tmp_path, on_progress=heard.append)
    assert len(heard) > 10
    assert heard == sorted(set(heard))
    assert heard[0] < 0.2
    assert heard[-1] == 1.0


async def test_a_webm_becomes_an_mp4_with_sound(tmp_path: Path, out: Path) -> None:
    source = clip(tmp_path / "a.webm")
    limit_bytes = size_bytes(source) * 3 // 4
    made, facts = await fitted(source, out, limit_bytes)
    assert facts.has_audio
    assert heard_hz(made) == pytest.approx(440, abs=5)
    assert facts.size_bytes >= 0.92 * limit_bytes


async def test_sound_that_is_too_large_is_encoded_anew(tmp_path: Path, out: Path) -> None:
    source = clip(tmp_path / "loud.mp4", sound_bits_per_s=320_000)
    made, facts = await fitted(source, out)
    assert heard_hz(made) == pytest.approx(440, abs=5)
    assert facts.seconds == pytest.approx(2, abs=0.05)


async def test_a_silent_clip_stays_silent(tmp_path: Path, out: Path) -> None:
    _, facts = await fitted(clip(tmp_path / "mute.mp4", has_audio=False), out, 60_000)
    assert not facts.has_audio


def cornered(_: int) -> Image.Image:
    """Return a frame that is noise, but red at its left upper corner."""
    picture = noise((320, 180))(0)
    ImageDraw.Draw(picture).rectangle((0, 0, 100, 80), fill=(255, 0, 0))
    return picture


async def test_a_turned_clip_is_upright_afterwards(tmp_path: Path, out: Path) -> None:
    source = turned(clip(tmp_path / "plain.mp4", draw=cornered), tmp_path / "turned.mp4")
    facts = await Fitter().probe(source)
    assert (facts.width, facts.height) == (180, 320)
    made, facts = await fitted(source, out)
    assert (facts.width, facts.height) == (180, 320)
    red, green, blue = frames(made)[10].resize((18, 32)).getpixel((15, 3))  # type: ignore[misc]  # an RGB picture
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("size", [(322, 66), (66, 322), (128, 128), (64, 38), (34, 30)])
async def test_any_shape_can_be_fitted(size: tuple[int, int], tmp_path: Path, out: Path) -> None:
    source = clip(tmp_path / "shape.mp4", size=size, seconds=1, has_audio=False)
    limit_bytes = size_bytes(source) * 2 // 3
    _, facts = await fitted(source, out, limit_bytes)
    assert facts.width <= size[0]
    assert facts.height <= size[1]


async def test_sixty_frames_a_second_become_thirty(tmp_path: Path, out: Path) -> None:
    made, _ = await fitted(clip(tmp_path / "fast.mp4", rate=60, seconds=1), out, 80_000)
    assert len(frames(made)) == 30


async def test_little_room_gives_a_smaller_picture(tmp_path: Path, out: Path) -> None:
    source = clip(tmp_path / "large.mp4", size=(960, 540), seconds=1, has_audio=False)
    made, facts = await fitted(source, out, 40_000)
    assert facts.height < 540
    assert frames(made)[0].size == (facts.width, facts.height)


async def test_a_clip_that_fits_already_is_given_back_as_it_is(noisy: Path, out: Path) -> None:
    made, _ = await fitted(noisy, out, 10_000_000)
    assert filecmp.cmp(made, noisy, shallow=False)


@pytest.mark.parametrize("limit_bytes", [0, 1, 3000])
async def test_a_limit_that_nothing_fits_is_said_to_be_so(limit_bytes: int, noisy: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotFit) as refused:
        await Fitter().fit_clip(noisy, limit_bytes, tmp_path, on_progress=lambda _: None)
    assert refused.value.reason == "too_long"
    assert os.listdir(tmp_path) == []
