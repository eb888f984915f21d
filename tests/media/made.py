"""Clips and pictures for tests, made on the spot."""

from __future__ import annotations

import array
import itertools
import math
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

Draw = Callable[[int], Image.Image]

SOUND_PER_S = 48_000
TONE_HZ = 440
# A track's matrix (ISO/IEC 14496-12, 8.3.2) that turns it by a quarter clockwise, as phones write it.
PLAIN_MATRIX = bytes.fromhex("00010000" + "00000000" * 3 + "00010000" + "00000000" * 3 + "40000000")
QUARTER_MATRIX = bytes.fromhex("0000000000010000" + "00000000" + "ffff0000" + "00000000" * 4 + "40000000")


def noise(size: tuple[int, int]) -> Draw:
    return lambda _: Image.effect_noise(size, 60).convert("RGB")


def clip(
    path: Path,
    *,
    seconds: float = 2,
    size: tuple[int, int] = (320, 180),
    rate: int = 24,
    draw: Draw | None = None,
    has_audio: bool = True,
    sound_bits_per_s: int = 96_000,
    options: dict[str, str] | None = None,
) -> Path:
    """Write two seconds of noise and a tone, or what is drawn for each frame; the codecs follow the suffix."""
    draw = draw or noise(size)
    is_webm = path.suffix == ".webm"
    options = options if options is not None else {} if is_webm else {"movflags": "+faststart"}
    with av.open(str(path), "w", options=options) as container:
        encoding = {"deadline": "realtime", "cpu-used": "8"} if is_webm else {"preset": "ultrafast"}
        video = container.add_stream("libvpx-vp9" if is_webm else "libx264", rate=Fraction(rate), options=encoding)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.bit_rate = size[0] * size[1] * 30
        if not isinstance(video, av.VideoStream):
            raise TypeError
        audio = container.add_stream("libopus" if is_webm else "aac", rate=SOUND_PER_S) if has_audio else None
        if audio:
            audio.bit_rate = sound_bits_per_s
        for index in range(round(seconds * rate)):
            frame = av.VideoFrame.from_image(draw(index))  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            frame.pts, frame.time_base = index, Fraction(1, rate)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if isinstance(audio, av.AudioStream):
            for start in range(0, int(seconds * SOUND_PER_S) // 960 * 960, 960):
                container.mux(audio.encode(tone(start)))
            container.mux(audio.encode(None))
    return path


def tone(start: int) -> av.AudioFrame:
    waves = array.array("f", (0.4 * math.sin(TONE_HZ * math.tau * (start + n) / SOUND_PER_S) for n in range(960)))
    frame = av.AudioFrame(format="fltp", layout="mono", samples=960)
    frame.planes[0].update(waves.tobytes())
    frame.pts, frame.sample_rate, frame.time_base = start, SOUND_PER_S, Fraction(1, SOUND_PER_S)
    return frame


def turned(path: Path, target: Path) -> Path:
    """Write a copy of an MP4 that says it is to be shown turned by a quarter, clockwise."""
    data = path.read_bytes()
    track = data.index(b"tkhd")
    matrix = data.index(PLAIN_MATRIX, track)
    target.write_bytes(data[:matrix] + QUARTER_MATRIX + data[matrix + 36 :])
    return target


def frames(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]  # see above


def heard_hz(path: Path) -> float:
    """Return how often a second the sound of a clip goes from below to above zero."""
    with av.open(str(path)) as container:
        waves = array.array("f")
        for frame in container.decode(audio=0):
            waves.frombytes(bytes(frame.planes[0])[: frame.samples * 4])
    rises = sum(before < 0 <= after for before, after in itertools.pairwise(waves))
    return rises / (len(waves) / SOUND_PER_S)


def top_boxes(path: Path) -> list[bytes]:
    data, start, boxes = path.read_bytes(), 0, []
    while start < len(data):
        boxes.append(data[start + 4 : start + 8])
        start += int.from_bytes(data[start : start + 4], "big")
    return boxes


def worker_after(script: str, *arguments: object) -> tuple[str, ...]:
    """Return a command that runs a script and then the real worker."""
    begun = f"{script}\nfrom bot.media.worker import main\nmain()"
    return (sys.executable, "-c", begun, *map(str, arguments))


WRITE_PID = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid()))"


def is_running(pid_file: Path) -> bool:
    return Path(f"/proc/{pid_file.read_text()}").exists()


def size_bytes(path: Path) -> int:
    return path.stat().st_size
