"""Pictures and a clip for the bot of the page tests, drawn on the spot."""

from __future__ import annotations

import functools
import io
import math

import av
from PIL import Image, ImageDraw

SKIES = [((250, 196, 132), (92, 74, 128)), ((132, 190, 232), (244, 222, 190)), ((40, 52, 96), (224, 122, 110))]
SKIES.append(((20, 62, 76), (142, 212, 180)))


def picture(at: int, width: int = 640, height: int = 420) -> io.BytesIO:
    """Return a PNG of hills under a sky; `at` chooses the sky."""
    data = io.BytesIO()
    _draw(at, width, height, 0.0).save(data, "PNG")
    data.seek(0)
    return data


def _draw(at: int, width: int, height: int, shift: float) -> Image.Image:
    top, bottom = SKIES[at % len(SKIES)]
    image = Image.new("RGB", (width, height))
    canvas = ImageDraw.Draw(image)
    for y in range(height):
        part = y / height
        canvas.line([(0, y), (width, y)], tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    sun = (width * (0.3 + shift * 0.3), height * (0.3 + shift * 0.2), height * 0.1)
    canvas.ellipse([sun[0] - sun[2], sun[1] - sun[2], sun[0] + sun[2], sun[1] + sun[2]], fill=(255, 240, 214))
    for layer in range(4):
        dark = tuple(round(value * (0.72 - layer * 0.17)) for value in bottom)
        line = height * (0.5 + layer * 0.12)
        ridge = [
            (x, line + math.sin(x / width * (4 + layer) + at + layer * 2) * height * 0.07) for x in range(width + 1)
        ]
        canvas.polygon([(0, height), *ridge, (width, height)], fill=dark)
    return image


@functools.cache
def _clip_bytes(width: int, height: int) -> bytes:
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(12):
            frame = av.VideoFrame.from_image(_draw(2, width, height, number / 12))  # type: ignore[no-untyped-call]  # PyAV has no types here
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return data.getvalue()


def clip(width: int = 320, height: int = 180) -> io.BytesIO:
    """Return one second of H.264 in MP4."""
    return io.BytesIO(_clip_bytes(width, height))
