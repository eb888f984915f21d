"""Make an animated GIF fit: smaller, and shorter where even a small one is too large."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageSequence

from bot.errors import CannotFit

FRAME_LIMIT = 300
PIXEL_LIMIT = 100_000_000  # of all frames together, decoded at once
TRIES = 6
LEAST_SIDE_PX = 32
LEAST_SCALE = 0.4  # of a side; then frames are left out at the end
FRAME_MS = 100  # shown so long where the file does not say


def fit_gif(image: Image.Image, size_bytes: int, limit_bytes: int) -> bytes:
    """Return an animation of at most `limit_bytes`: all frames smaller, or the first of them. Raises CannotFit."""
    scale, kept = min(1.0, math.sqrt(limit_bytes / size_bytes)), 1.0
    for _ in range(TRIES):
        if scale < LEAST_SCALE:
            kept, scale = kept * (scale / LEAST_SCALE) ** 2, LEAST_SCALE
        data = _scaled(image, scale, kept)
        if len(data) <= limit_bytes:
            return data
        scale *= min(0.9, math.sqrt(limit_bytes / len(data)))
    raise CannotFit("failed")


def _scaled(image: Image.Image, scale: float, kept: float) -> bytes:
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    count = min(FRAME_LIMIT, int(getattr(image, "n_frames", 1) * kept), PIXEL_LIMIT // math.prod(size))
    if count < 2 or min(size) < min(LEAST_SIDE_PX, *image.size):
        raise CannotFit("failed")
    frames, shown_ms = [], []
    for index, frame in enumerate(ImageSequence.Iterator(image)):
        if index == count:
            break
        shown_ms.append(int(frame.info.get("duration") or FRAME_MS))
        frames.append(frame.convert("RGBA").resize(size, Image.Resampling.BOX))
    file = io.BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=shown_ms,
        loop=int(image.info.get("loop", 0)),
        disposal=2 if frames[0].getchannel("A").getextrema() != (255, 255) else 1,
        optimize=True,
    )
    return file.getvalue()
