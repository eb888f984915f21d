"""Pictures become small, upright and silent about where they were taken."""

from __future__ import annotations

import os

import pytest
from PIL import ExifTags, Image

from bot.errors import InputError
from bot.files.content import Picture
from bot.files.kinds import find_picture
from bot.files.pictures import LONG_SIDE_PX, read_picture
from tests.files.made import opened, picture, png_of_claimed_size, saved

LIMIT = 4 * 1024 * 1024


def read(data: bytes, limit_bytes: int = LIMIT) -> Picture:
    kind = find_picture(data[:64])
    assert kind
    return read_picture(data, kind, limit_bytes)


def located_jpeg(size: tuple[int, int] = (60, 20), orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Model] = "Camera of Ada"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return picture("RGB", size, "JPEG", exif=exif, comment=b"at home", icc_profile=b"profile")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_becomes_one_that_models_take(kind: str) -> None:
    data = picture(kind=kind)
    assert find_picture(data[:64]) == kind
    result = read(data)
    assert opened(result.data).size == (40, 30)
    assert f"image/{(opened(result.data).format or '').lower()}" == result.mime
    assert result.mime in {"image/png", "image/jpeg"}


@pytest.mark.parametrize("data", [b"hello", b"", b"BM is how this text begins", b"%PDF-1.7", b"RIFF1234WAVEfmt "])
def test_what_is_no_picture_is_not_taken_for_one(data: bytes) -> None:
    assert find_picture(data) is None


def test_no_location_and_no_camera_survive() -> None:
    data = located_jpeg()
    assert opened(data).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    result = opened(read(data).data)
    assert not result.getexif()
    assert not result.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(result.info)
    assert b"Ada" not in read(data).data


def test_texts_in_a_png_do_not_survive() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", "Ada", zip=True)
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Camera"
    result = opened(read(picture(pnginfo=texts, exif=exif)).data)
    assert result.info == {}
    assert not result.getexif()


def test_what_follows_the_end_of_a_picture_does_not_survive() -> None:
    assert b"clip" not in read(picture(kind="JPEG") + b"a clip with its location").data


@pytest.mark.parametrize("size", [(60, 20), (6000, 2000)])
def test_a_picture_taken_sideways_is_turned_upright(size: tuple[int, int]) -> None:
    width, height = opened(read(located_jpeg(size)).data).size
    assert height == 3 * width or abs(height - 3 * width) < 6


@pytest.mark.parametrize("mode", ["P", "LA", "CMYK"])
def test_a_sideways_picture_of_another_kind_of_colour_is_turned_too(mode: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = picture(mode, (60, 20), "JPEG" if mode == "CMYK" else "PNG", exif=exif)
    assert opened(read(data).data).size == (20, 60)


def test_a_large_picture_is_scaled_to_what_models_see() -> None:
    assert opened(read(picture(size=(5000, 1000))).data).size == (LONG_SIDE_PX, 410)


def test_a_very_thin_picture_keeps_a_pixel() -> None:
    assert opened(read(picture(size=(1, 50_000))).data).size == (1, LONG_SIDE_PX)


def test_noise_is_pressed_until_it_fits() -> None:
    noise = Image.frombytes("RGB", (2048, 2048), os.urandom(2048 * 2048 * 3))
    result = read(saved(noise), 2 * 1024 * 1024)
    assert result.mime == "image/jpeg"
    assert len(result.data) <= 2 * 1024 * 1024


def test_noise_that_is_transparent_is_pressed_and_stays_transparent() -> None:
    noise = Image.frombytes("RGBA", (1024, 1024), os.urandom(1024 * 1024 * 4))
    result = read(saved(noise), 2 * 1024 * 1024)
    assert result.mime == "image/webp"
    assert opened(result.data).mode == "RGBA"
    assert len(result.data) <= 2 * 1024 * 1024


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_transparent_picture_stays_transparent(mode: str) -> None:
    result = read(picture(mode))
    assert result.mime == "image/png"
    assert opened(result.data).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_sixteen_bits_a_pixel_do_not_become_white() -> None:
    grey = Image.new("I;16", (4, 4), 0x8000)
    seen = opened(read(saved(grey)).data).getpixel((0, 0))
    assert seen == (128, 128, 128)


def test_a_drawing_stays_without_loss_and_a_photograph_becomes_jpeg() -> None:
    assert read(picture(kind="PNG")).mime == "image/png"
    assert read(picture(kind="TIFF")).mime == "image/jpeg"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_of_moving_pictures_is_taken_and_that_is_said(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    result = read(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    red, _, blue = opened(result.data).convert("RGB").getpixel((5, 5))  # type: ignore[misc]  # three bands
    assert red > 200 > 50 > blue
    assert result.note == "first of several pictures in it"


def test_a_still_picture_needs_no_note() -> None:
    assert [read(picture(kind=kind)).note for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF")] == [""] * 5


def claimed_webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + kind + len(body).to_bytes(4, "little") + body


SIDE = (16_383).to_bytes(2, "little")


@pytest.mark.parametrize(
    "data",
    [
        claimed_webp(b"VP8X", bytes(4) + b"\xfe\x3f\x00\xfe\x3f\x00"),
        claimed_webp(b"VP8L", b"\x2f" + (0x3FFE | 0x3FFE << 14).to_bytes(4, "little") + bytes(5)),
        claimed_webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + SIDE + SIDE),
    ],
    ids=["extended", "lossless", "lossy"],
)
def test_a_webp_of_too_many_pixels_is_refused_by_its_head(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read(data)
    assert refused.value.code == "picture_pixels"
    assert refused.value.facts == {"width": 16_383, "height": 16_383, "megapixels": 50}


def test_a_small_webp_of_each_kind_has_its_size_read_right() -> None:
    lossy, lossless = picture(kind="WEBP", quality=50), picture(kind="WEBP", lossless=True)
    extended = picture("RGBA", kind="WEBP", exif=Image.Exif().tobytes() or b"Exif\0\0MM")
    assert [data[12:16] for data in (lossy, lossless, extended)] == [b"VP8 ", b"VP8L", b"VP8X"]
    assert all(opened(read(data).data).size == (40, 30) for data in (lossy, lossless, extended))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    with pytest.raises(InputError) as refused:
        read(png_of_claimed_size(30_000, 30_000))
    assert refused.value.facts == {"width": 30_000, "height": 30_000, "megapixels": 50}
