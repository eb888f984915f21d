"""Pictures as files: drawn from a prompt, or made of a given one. Runs in worker threads."""

from __future__ import annotations

import base64
import binascii
import colorsys
import io
import re
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from sandbox.grok.errors import bad_request
from sandbox.grok.palette import choose_tint
from sandbox.grok.scene import Scene, Size, caption_image, stamp
from sandbox.grok.seeds import chance

MAX_PIXELS = 50_000_000
MAX_SIDE = 1536  # edits are made no larger


@dataclass(frozen=True, slots=True)
class Painted:
    """The files of one picture: two previews (PNG) and the result (JPEG)."""

    preview: bytes
    medium: bytes
    final: bytes


def paint(prompt: str, size: Size, variant: int) -> Painted:
    """Draw a picture."""
    return _files(Scene(prompt, size, variant=variant).draw(0.3))


def paint_over(prompt: str, source: bytes) -> Painted:
    """Change a given picture as the prompt says, and visibly so even where it says nothing that can be done."""
    picture = open_picture(source)
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    luck = chance("edit", prompt)
    text = prompt.lower()
    if re.search(r"gr[ae]y|black.and.white|monochrome", text):
        picture = ImageOps.grayscale(picture).convert("RGB")
    else:
        tint = Image.new("RGB", picture.size, choose_tint(prompt, luck))
        toned = ImageOps.colorize(ImageOps.grayscale(picture), (16, 12, 24), (255, 250, 235), choose_tint(prompt, luck))
        picture = Image.blend(Image.blend(picture, toned, 0.55), tint, 0.12)
    if re.search(r"blur|soft|dream", text):
        picture = picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 150))
    if re.search(r"mirror|flip|reflect", text) or luck.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = ImageOps.expand(picture, border=max(2, min(picture.size) // 40), fill=(250, 248, 240))
    stamp(picture, caption_image(f"demo edit: {prompt}", picture.size))
    return _files(picture)


def _files(picture: Image.Image) -> Painted:
    return Painted(_blurred(picture, 8), _blurred(picture, 3), to_jpeg(picture))


def _blurred(picture: Image.Image, factor: int) -> bytes:
    """Return a PNG of the picture, smaller and out of focus, as a half-made one looks."""
    small = picture.reduce(min(factor, min(picture.size))).filter(ImageFilter.GaussianBlur(2))
    with io.BytesIO() as file:
        small.save(file, "PNG", compress_level=3)
        return file.getvalue()


def to_jpeg(picture: Image.Image) -> bytes:
    """Return the picture as a JPEG file."""
    with io.BytesIO() as file:
        picture.save(file, "JPEG", quality=88)
        return file.getvalue()


def open_picture(raw: bytes) -> Image.Image:
    """Return the picture in a file, upright and in RGB; a 400 if there is none."""
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise bad_request("The image is too large", "image", "invalid_media")
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as broken:
        raise bad_request("The file is not an image", "image", "invalid_media") from broken


def from_data_uri(uri: str) -> bytes:
    """Return the bytes in a base64 data URI."""
    head, _, data = uri.partition(",")
    try:
        if not head.endswith(";base64"):
            raise binascii.Error("not base64")
        return base64.b64decode(data, validate=True)
    except binascii.Error as broken:
        raise bad_request("The data URI is not base64", "image", "invalid_media") from broken


HUES = ((15, "red"), (42, "orange"), (68, "yellow"), (165, "green"), (195, "teal"), (255, "blue"), (290, "purple"))


def describe(raw: bytes) -> str:
    """Say how large a picture is and what colour it mostly has."""
    picture = open_picture(raw)
    few = picture.resize((48, 48)).quantize(6)
    index = max(range(6), key=few.histogram().__getitem__)
    red, green, blue = (few.getpalette() or [0, 0, 0])[3 * index : 3 * index + 3]
    name = colour_name(red, green, blue)
    return f"{picture.width} × {picture.height} pixels, mostly {name} (`#{red:02x}{green:02x}{blue:02x}`)"


def colour_name(red: int, green: int, blue: int) -> str:
    """Return the everyday word for a colour."""
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if lightness < 0.12:
        return "black"
    if lightness > 0.93:
        return "white"
    if saturation < 0.15:
        return "grey"
    return next((name for limit, name in HUES if hue * 360 < limit), "pink" if hue * 360 < 345 else "red")
