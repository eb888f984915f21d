"""Real pictures, made to fit by real workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PIL.Image import Exif

from bot.errors import CannotFit
from bot.media.fitting import Fitter

ORIENTATION, MAKER = 0x0112, 0x010F


def photograph(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return noise that is white in its left upper quarter."""
    picture = Image.merge("RGB", [Image.effect_noise(size, 60) for _ in range(3)])
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(255, 255, 255))
    return picture


def saved(picture: Image.Image, path: Path, **options: Any) -> Path:  # any value: an option of Pillow's
    picture.save(path, **options)
    return path


async def fitted(source: Path, limit_bytes: int, folder: Path) -> Image.Image:
    """Return the picture as it was made to fit. Its file is in the folder and small enough."""
    made = await Fitter().fit_picture(source, limit_bytes, folder)
    assert sorted(os.listdir(folder)) == sorted({source.name, made.name})
    with Image.open(made) as picture:
        picture.load()
        assert picture.format
        assert made.suffix == {"JPEG": ".jpg", "WEBP": ".webp", "PNG": ".png", "GIF": ".gif"}[picture.format]
        picture.info["size_bytes"] = made.stat().st_size
        picture.info["frames"] = getattr(picture, "n_frames", 1)
        assert picture.info["size_bytes"] <= limit_bytes
        return picture


async def test_a_jpeg_loses_quality_and_no_pixels(tmp_path: Path) -> None:
    source = saved(photograph(), tmp_path / "a.jpg", quality=98)
    picture = await fitted(source, 200_000, tmp_path)
    assert (picture.format, picture.size) == ("JPEG", (640, 480))
    assert picture.info["size_bytes"] > 0.9 * 200_000


async def test_a_webp_stays_one(tmp_path: Path) -> None:
    source = saved(photograph(), tmp_path / "a.webp", quality=98)
    assert (await fitted(source, 150_000, tmp_path)).format == "WEBP"


async def test_a_png_stays_one_where_that_fits(tmp_path: Path) -> None:
    source = saved(Image.new("RGB", (640, 480), (1, 2, 3)), tmp_path / "a.png", compress_level=0)
    assert (await fitted(source, 100_000, tmp_path)).format == "PNG"


async def test_a_png_that_is_too_large_becomes_a_jpeg(tmp_path: Path) -> None:
    picture = await fitted(saved(photograph(), tmp_path / "a.png"), 200_000, tmp_path)
    assert (picture.format, picture.size) == ("JPEG", (640, 480))


async def test_a_png_with_holes_becomes_a_webp_with_holes(tmp_path: Path) -> None:
    holed = photograph().convert("RGBA")
    holed.putalpha(Image.linear_gradient("L").resize(holed.size))
    picture = await fitted(saved(holed, tmp_path / "a.png"), 150_000, tmp_path)
    assert (picture.format, picture.mode) == ("WEBP", "RGBA")


async def test_pixels_go_where_quality_is_not_enough(tmp_path: Path) -> None:
    picture = await fitted(saved(photograph(), tmp_path / "a.jpg", quality=98), 20_000, tmp_path)
    assert picture.width < 640
    assert picture.width / picture.height == pytest.approx(640 / 480, rel=0.02)
    assert picture.info["size_bytes"] > 0.7 * 20_000


async def test_a_picture_is_upright_and_says_nothing_of_its_maker(tmp_path: Path) -> None:
    exif = Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Somebody"  # 6: to be turned by a quarter, clockwise
    source = saved(photograph(), tmp_path / "a.jpg", quality=98, exif=exif)
    picture = await fitted(source, 200_000, tmp_path)
    assert picture.size == (480, 640)
    assert picture.convert("L").getpixel((400, 100)) == pytest.approx(255, abs=8)
    assert not dict(picture.getexif())


def animation(path: Path, frames: int = 12, size: tuple[int, int] = (160, 120)) -> Path:
    pictures = [photograph(size) for _ in range(frames)]
    return saved(pictures[0], path, save_all=True, append_images=pictures[1:], duration=80, loop=0)


async def test_an_animation_moves_on_and_is_smaller(tmp_path: Path) -> None:
    source = animation(tmp_path / "a.gif")
    picture = await fitted(source, os.stat(source).st_size // 3, tmp_path)
    assert picture.format == "GIF"
    assert picture.info["frames"] == 12
    assert picture.width < 160


async def test_an_animation_for_which_there_is_little_room_ends_early(tmp_path: Path) -> None:
    source = animation(tmp_path / "a.gif", frames=30)
    picture = await fitted(source, os.stat(source).st_size // 20, tmp_path)
    assert 2 <= picture.info["frames"] < 30


async def reason_of(source: Path, limit_bytes: int, folder: Path) -> str:
    with pytest.raises(CannotFit) as refused:
        await Fitter().fit_picture(source, limit_bytes, folder)
    assert os.listdir(folder) == [source.name]
    return refused.value.reason


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
async def test_a_limit_of_one_byte_cannot_be_kept(name: str, tmp_path: Path) -> None:
    assert await reason_of(saved(photograph((64, 48)), tmp_path / name), 1, tmp_path) == "failed"


async def test_an_animation_cannot_keep_a_limit_of_one_byte(tmp_path: Path) -> None:
    assert await reason_of(animation(tmp_path / "a.gif"), 1, tmp_path) == "failed"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif"])
async def test_a_picture_cut_in_half_is_damaged(name: str, tmp_path: Path) -> None:
    source = saved(photograph(), tmp_path / name)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    assert await reason_of(source, 10_000, tmp_path) == "damaged"


async def test_what_is_no_picture_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<html>")
    assert await reason_of(tmp_path / "a.jpg", 10_000, tmp_path) == "damaged"
