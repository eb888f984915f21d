"""Clips as MP4 files (H.264, the index first so that browsers play them at once). Runs in worker threads."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Event

import av
from PIL import Image, ImageOps

from sandbox.grok.paint import open_picture, to_jpeg
from sandbox.grok.scene import Scene, Size, caption_image, stamp

Draw = Callable[[float], Image.Image]
SMOOTH_FPS = 24
PLAIN_FPS = 16
SMOOTH_FRAMES = 150  # longer or larger clips get fewer frames a second, so that none takes long
STILL_AT = 0.3
OPTIONS = {"preset": "ultrafast", "crf": "24", "tune": "fastdecode"}


@dataclass(frozen=True, slots=True)
class ClipOrder:
    """What clip to make. source: a picture to move over; "" draws a scene."""

    prompt: str
    size: Size
    seconds: float
    source: bytes = b""


@dataclass(frozen=True, slots=True)
class Filmed:
    """The files of one clip."""

    clip: bytes
    poster: bytes


class FilmStopped(Exception):
    """The server is ending; the clip is not needed any more."""


def film(order: ClipOrder, stop: Event) -> Filmed:
    """Draw and encode a clip."""
    draw = _camera(order)
    is_small = order.size[0] * order.size[1] <= 500_000
    fps = SMOOTH_FPS if is_small and order.seconds * SMOOTH_FPS <= SMOOTH_FRAMES else PLAIN_FPS
    frames = max(1, round(order.seconds * fps))
    return Filmed(_encode(_frames(draw, frames, stop), order.size, fps), to_jpeg(draw(STILL_AT)))


def still(order: ClipOrder) -> bytes:
    """Draw the clip's poster alone, which takes no time."""
    return to_jpeg(_camera(order)(STILL_AT))


def _camera(order: ClipOrder) -> Draw:
    return _pan(order) if order.source else Scene(order.prompt, order.size, caption="demo clip").draw


def _frames(draw: Draw, count: int, stop: Event) -> Iterator[Image.Image]:
    for index in range(count):
        if stop.is_set():
            raise FilmStopped
        yield draw(index / count)


def _encode(frames: Iterator[Image.Image], size: Size, fps: int) -> bytes:
    # The index can be moved to the front only in a file that FFmpeg can open again by name.
    with tempfile.TemporaryDirectory(prefix="demo-clip-") as folder:
        path = Path(folder, "clip.mp4")
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=Fraction(fps), options=OPTIONS)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            for index, picture in enumerate(frames):
                frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
                frame.pts = index
                frame.time_base = Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _pan(order: ClipOrder) -> Draw:
    """Return a camera that moves over the given picture and comes nearer."""
    width, height = order.size
    # A little larger than the clip, so that coming nearer stays sharp.
    picture = ImageOps.fit(open_picture(order.source), (round(width * 1.4), round(height * 1.4)))
    label = caption_image(f"demo clip: {order.prompt}", order.size)

    def draw(time: float) -> Image.Image:
        zoom = 1 - 0.28 * time
        wide, high = picture.width * zoom, picture.height * zoom
        left, top = (picture.width - wide) * time, (picture.height - high) * (1 - time)
        box = (left, top, left + wide, top + high)
        shown = picture.resize(order.size, Image.Resampling.BILINEAR, box)
        stamp(shown, label)
        return shown

    return draw
