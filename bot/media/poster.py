"""Choose a picture that stands for a clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image, ImageStat

from bot.errors import CannotFit
from bot.media.source import THREADS, open_clip

LOOK_FROM_S, LOOK_UNTIL_S = 0.4, 6.0
LOOKS_PER_S = 4
LEAST_BRIGHTNESS, LEAST_CONTRAST = 24, 12  # of 255: less is black, a fade or a plain area
LONG_SIDE_PX = 1280
QUALITY = 88
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


def poster_of(clip: Path, work: Path) -> Path:
    """Return a JPEG in `work`: the first early frame on which there is something to see, or the best there is."""
    best: Image.Image | None = None
    best_contrast = -1.0
    for picture in _early(clip):
        shown = ImageStat.Stat(picture.convert("L").resize((64, 64)))
        brightness, contrast = shown.mean[0], shown.stddev[0]
        if contrast > best_contrast:
            best, best_contrast = picture, contrast
        if brightness >= LEAST_BRIGHTNESS and contrast >= LEAST_CONTRAST:
            best = picture
            break
    if best is None:
        raise CannotFit("damaged")
    best.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    poster = work / "poster.jpg"
    best.save(poster, "JPEG", quality=QUALITY)
    return poster


def _early(clip: Path) -> Iterator[Image.Image]:
    """Yield some upright frames: the first after LOOK_FROM_S, or the very first where the clip is shorter."""
    with open_clip(clip) as container:
        stream = container.streams.video[0] if container.streams.video else None
        if stream is None:
            raise CannotFit("damaged")
        stream.codec_context.thread_count = THREADS
        first: av.VideoFrame | None = None
        next_s = LOOK_FROM_S
        try:
            for frame in container.decode(stream):
                first = first or frame
                at_s = (frame.time or 0.0) - (first.time or 0.0)
                if at_s > LOOK_UNTIL_S:
                    break
                if at_s >= next_s:
                    next_s += 1 / LOOKS_PER_S
                    yield _upright(frame)
        except av.FFmpegError as broken:
            if first is None:
                raise CannotFit("damaged") from broken
        if first is not None:
            yield _upright(first)


def _upright(frame: av.VideoFrame) -> Image.Image:
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    turn = _TURNS.get(round(frame.rotation / 90) * 90 % 360)
    return picture if turn is None else picture.transpose(turn)
