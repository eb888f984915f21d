"""Make a picture fit: upright, without metadata, with less quality first and fewer pixels then."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import CannotFit
from bot.media.gifs import fit_gif

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
PIXEL_LIMIT = 64_000_000
BEST_QUALITY, LEAST_QUALITY = 95, 60  # below it, fewer pixels look better
SCALINGS = 8
LEAST_SIDE_PX = 16
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}


def fit_picture(picture: Path, limit_bytes: int, work: Path) -> Path:
    """Return a file in `work` of at most `limit_bytes` with the picture in it. Raises CannotFit "damaged", "failed".

    The format stays, unless it is one without loss: then a WebP (transparent) or a JPEG where it would not fit.
    """
    Image.MAX_IMAGE_PIXELS = None  # checked here
    try:
        with Image.open(picture, formats=FORMATS) as image:
            if math.prod(image.size) > PIXEL_LIMIT:
                raise CannotFit("failed")
            source_format = image.format or ""
            if source_format == "GIF" and getattr(image, "is_animated", False):
                kind, data = "GIF", fit_gif(image, picture.stat().st_size, limit_bytes)
            else:
                image.load()
                kind, data = _still(image, source_format, limit_bytes)
    except (UnidentifiedImageError, SyntaxError, EOFError) as odd:
        raise CannotFit("damaged") from odd
    except OSError as broken:
        if broken.errno is not None:  # of the file system, not of the picture
            raise
        raise CannotFit("damaged") from broken
    fitted = work / f"fitted.{SUFFIXES[kind]}"
    fitted.write_bytes(data)
    return fitted


def _still(image: Image.Image, source_format: str, limit_bytes: int) -> tuple[str, bytes]:
    """Return the format and the bytes of a picture that fits."""
    profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA", "P"} else None
    upright = ImageOps.exif_transpose(image)
    is_transparent = upright.has_transparency_data and _has_holes(upright)
    plain = upright.convert("RGBA" if is_transparent else "RGB")
    plain.info = {"icc_profile": profile} if profile else {}  # colours only: no Exif, no text, no place
    if source_format in {"PNG", "GIF"}:
        data = _saved(plain, "PNG", optimize=True)
        if len(data) <= limit_bytes:
            return "PNG", data
    kind = source_format if source_format in {"JPEG", "WEBP"} else "WEBP" if is_transparent else "JPEG"
    return kind, _lossy(plain, kind, limit_bytes)


def _lossy(image: Image.Image, kind: str, limit_bytes: int) -> bytes:
    """Return the picture with the best quality that fits; with fewer pixels where the least quality does not."""
    small = image
    for _ in range(SCALINGS):
        least = _saved(small, kind, quality=LEAST_QUALITY)
        if len(least) <= limit_bytes:
            return _best(lambda quality: _saved(small, kind, quality=quality), least, limit_bytes)  # noqa: B023  # called at once
        scale = min(0.9, math.sqrt(limit_bytes / len(least)))
        size = round(small.width * scale), round(small.height * scale)
        if min(size) < LEAST_SIDE_PX:
            break
        small = image.resize(size, Image.Resampling.LANCZOS)
        small.info = dict(image.info)
    raise CannotFit("failed")


def _best(save: Callable[[int], bytes], least: bytes, limit_bytes: int) -> bytes:
    """Return the largest file that fits, by halving the range of qualities."""
    best, low, high = least, LEAST_QUALITY + 1, BEST_QUALITY
    while low <= high:
        quality = (low + high) // 2
        data = save(quality)
        if len(data) <= limit_bytes:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, icc_profile=image.info.get("icc_profile"), **options)
    return file.getvalue()


def _has_holes(image: Image.Image) -> bool:
    return image.convert("RGBA").getchannel("A").getextrema() != (255, 255)
