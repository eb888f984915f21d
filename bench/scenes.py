"""Clips to be fitted: a drawn scene, a detailed texture that pans over it, film grain, and a chord."""

from __future__ import annotations

import array
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

import av
from PIL import Image, ImageChops, ImageFilter

from sandbox.grok.scene import Scene, Size

FRAMES_PER_S = 24
SOUND_PER_S = 48_000
SOUND_BITS_PER_S = 192_000
CHORD_HZ = (220, 277, 330)
GRAINS = 12
PANS = 1.25  # the texture is so much larger than the picture


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to be made. bits_per_s: of its video. grain: how strong the noise of the film is, of 255."""

    prompt: str
    size: Size
    seconds: int
    bits_per_s: int
    grain: int


def shoot(take: Take, path: Path) -> None:
    """Draw and encode a clip."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=Fraction(FRAMES_PER_S), options={"preset": "veryfast"})
        video.width, video.height = take.size
        video.pix_fmt, video.bit_rate = "yuv420p", take.bits_per_s
        audio = container.add_stream("aac", rate=SOUND_PER_S)
        audio.bit_rate = SOUND_BITS_PER_S
        for index, picture in enumerate(_pictures(take)):
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_S)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for start in range(0, take.seconds * SOUND_PER_S, 1024):
            container.mux(audio.encode(_chord(start)))
        container.mux(audio.encode(None))


def _pictures(take: Take) -> Iterator[Image.Image]:
    luck = Random(take.prompt)  # noqa: S311  # it only has to be the same every time
    scene = Scene(take.prompt, take.size, caption="bench clip")
    width, height = take.size
    texture = _texture((round(width * PANS), round(height * PANS)))
    grains = [Image.effect_noise(take.size, take.grain).convert("RGB") for _ in range(GRAINS)]
    count = take.seconds * FRAMES_PER_S
    for index in range(count):
        time = index / count
        left = round((texture.width - width) * (0.5 + 0.5 * math.sin(math.tau * time * take.seconds / 8)))
        top = round((texture.height - height) * time)
        over = texture.crop((left, top, left + width, top + height))
        picture = Image.blend(scene.draw(time), over, 0.25)
        yield ImageChops.add(picture, luck.choice(grains), 1, -128)


def _texture(size: Size) -> Image.Image:
    """Return fine and coarse structure, the same in all colours."""
    coarse = Image.effect_noise((size[0] // 8, size[1] // 8), 90).resize(size, Image.Resampling.BICUBIC)
    fine = Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(1.2))
    return Image.blend(coarse, fine, 0.5).convert("RGB")


def _chord(start: int) -> av.AudioFrame:
    waves = array.array(
        "f", (sum(0.2 * math.sin(hz * math.tau * (start + n) / SOUND_PER_S) for hz in CHORD_HZ) for n in range(1024))
    )
    frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
    frame.planes[0].update(waves.tobytes())
    frame.pts, frame.sample_rate, frame.time_base = start, SOUND_PER_S, Fraction(1, SOUND_PER_S)
    return frame
