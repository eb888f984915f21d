"""Read pictures: scaled to what models look at, upright, and without what cameras write into them."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from bot.errors import InputError
from bot.files.content import Picture
from bot.files.kinds import PictureFormat

LONG_SIDE_PX = 2048  # models scale larger pictures down
PIXEL_LIMIT = 50_000_000  # decoded at once; more does not fit the worker's memory
JPEG_PIXEL_LIMIT = 256_000_000  # phones make 200; decoded at a half, a quarter or an eighth of the size
SHARP_LIMIT_BYTES = 1024 * 1024  # screenshots and drawings up to here stay without loss
JPEG_QUALITIES = (88, 75, 60, 40)


def read_picture(data: bytes, picture_format: PictureFormat, limit_bytes: int) -> Picture:
    """Return a picture that may go to a model. Raises InputError "picture_pixels" before anything is decoded.

    Of several pictures in one file the first is taken. Errors of a damaged file are Pillow's own, of any class.
    """
    if picture_format == "WEBP":
        _check_pixels(*_webp_size(data), PIXEL_LIMIT)  # opening one makes room for all its pixels, twice
    _load_decoder(picture_format)
    with Image.open(io.BytesIO(data), formats=(picture_format,)) as image:
        _check_pixels(*image.size, JPEG_PIXEL_LIMIT if picture_format == "JPEG" else PIXEL_LIMIT)
        image.draft(None, (LONG_SIDE_PX, LONG_SIDE_PX))  # of use for JPEG alone
        _check_pixels(*image.size, PIXEL_LIMIT)
        is_first = picture_format != "JPEG" and getattr(image, "is_animated", False)  # JPEG: cameras add previews
        note = "first of several pictures in it" if is_first else ""
        small = _scaled(image)
    return encoded(small, limit_bytes, is_sharp=picture_format in {"PNG", "GIF", "BMP"}, note=note)


def encoded(image: Image.Image, limit_bytes: int, *, is_sharp: bool, note: str = "") -> Picture:
    """Return an RGB or RGBA picture as a file without any metadata, of at most `limit_bytes` where that is possible.

    is_sharp: keep it without loss if the file is small; wanted for what was drawn and not photographed.
    """
    is_transparent = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
    if not is_transparent:
        image = image.convert("RGB")
    image.info.clear()  # colour profile, comments, text, Exif
    if is_sharp or is_transparent:
        png = _saved(image, "PNG")
        if len(png) <= (limit_bytes if is_transparent else min(SHARP_LIMIT_BYTES, limit_bytes)):
            return Picture(png, "image/png", note)
    lossy = "WEBP" if is_transparent else "JPEG"
    for quality in JPEG_QUALITIES:
        data = _saved(image, lossy, quality=quality)
        if len(data) <= limit_bytes:
            break
    return Picture(data, f"image/{lossy.lower()}", note)


def _saved(image: Image.Image, picture_format: str, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, picture_format, **options)
    return file.getvalue()


def _scaled(image: Image.Image) -> Image.Image:
    """Return a picture upright, in RGB or RGBA, and small enough."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256) + 0).convert("L")
    if image.mode not in {"L", "RGB", "RGBA"}:
        image = _in_colour(image)
    image.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    upright = ImageOps.exif_transpose(image)
    return upright if upright.mode in {"RGB", "RGBA"} else _in_colour(upright)


def _in_colour(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _check_pixels(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise InputError("picture_pixels", width=width, height=height, megapixels=limit // 1_000_000)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the first chunk. Source: RFC 9649, sections 2.5 to 2.7; RFC 6386, section 9.1."""
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _load_decoder(picture_format: PictureFormat) -> None:
    """Import one decoder: Pillow would import all forty to find one that is not among its first five."""
    match picture_format:
        case "WEBP":
            from PIL import WebPImagePlugin  # noqa: F401
        case "TIFF":
            from PIL import TiffImagePlugin  # noqa: F401
        case "AVIF":
            from PIL import AvifImagePlugin  # noqa: F401
