"""Open clips and find out what they are, and whether all of them is there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from bot.errors import CannotFit
from bot.media.boxes import is_cut
from bot.media.facts import ClipFacts, Source

THREADS = 2
PROMISE_SLACK_S = 0.5  # a clip may end so much earlier than its index says: people round
_MP4_FIRST_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide"})
_EBML = b"\x1aE\xdf\xa3"


def open_clip(clip: Path) -> InputContainer:
    """Open an MP4 or a WebM. Raises CannotFit "damaged" for anything else, whatever FFmpeg could make of it.

    Playlists above all: they name further files and addresses, which FFmpeg would open.
    """
    try:
        return av.open(str(clip), format=container_of(clip))
    except OSError:  # it is not there, or may not be read
        raise
    except av.FFmpegError as odd:
        raise CannotFit("damaged") from odd


def container_of(clip: Path) -> str:
    """Return FFmpeg's name for the format of a clip. Raises CannotFit "damaged"."""
    with clip.open("rb") as file:
        head = file.read(8)
    if head[4:] in _MP4_FIRST_BOXES:
        return "mov"
    if head.startswith(_EBML):
        return "matroska"
    raise CannotFit("damaged")


def inspect(clip: Path) -> Source:
    """Return what a clip is. Raises CannotFit "damaged" where frames that its index promises are not there."""
    size_bytes = clip.stat().st_size
    if container_of(clip) == "mov" and is_cut(clip):
        raise CannotFit("damaged")
    with open_clip(clip) as container:
        try:
            return _inspect(container, size_bytes)
        except av.FFmpegError as broken:
            raise CannotFit("damaged") from broken


def _inspect(container: InputContainer, size_bytes: int) -> Source:
    if not container.streams.video:
        raise CannotFit("damaged")
    promised_end = max((e.pos + e.size for each in container.streams for e in each.index_entries), default=0)
    if promised_end > size_bytes:
        raise CannotFit("damaged")
    counted = _count(container)
    promised_s = (container.duration or 0) / av.time_base
    if promised_s - counted.end_s > PROMISE_SLACK_S:
        raise CannotFit("damaged")
    seconds = counted.video_s or promised_s
    if not counted.frames or seconds <= 0:
        raise CannotFit("damaged")
    rotation, width, height = _look(container)
    audio = container.streams.audio[0] if container.streams.audio else None
    is_aac = audio is not None and audio.codec_context.name == "aac"
    return Source(
        ClipFacts(seconds, width, height, counted.audio_bytes > 0, size_bytes),
        _rate(container, counted.frames, seconds),
        counted.frames,
        rotation,
        round(counted.audio_bytes * 8 / seconds) if is_aac and counted.audio_bytes else None,
    )


@dataclass(slots=True)
class _Count:
    """What was found by going through all packets. video_s: from the first frame to the end of the last."""

    frames: int = 0
    audio_bytes: int = 0
    start_s: float | None = None
    video_end_s: float = 0.0
    end_s: float = 0.0

    @property
    def video_s(self) -> float:
        return self.video_end_s - (self.start_s or 0.0)

    def add(self, packet: Packet[Stream]) -> None:
        if packet.is_corrupt:
            raise CannotFit("damaged")
        start_s = float(packet.pts * packet.time_base) if packet.pts is not None else 0.0
        end_s = start_s + float((packet.duration or 0) * packet.time_base)
        self.end_s = max(self.end_s, end_s)
        if packet.stream.type == "audio":
            self.audio_bytes += packet.size
            return
        self.frames += 1
        self.start_s = start_s if self.start_s is None else min(self.start_s, start_s)
        self.video_end_s = max(self.video_end_s, end_s)


def _count(container: InputContainer) -> _Count:
    """Go through a clip without decoding it."""
    counted = _Count()
    for packet in container.demux(*container.streams.video[:1], *container.streams.audio[:1]):
        if packet.size and not packet.is_discard:  # an edit list leaves some out
            counted.add(packet)
    container.seek(0)
    return counted


def _look(container: InputContainer) -> tuple[int, int, int]:
    """Return the rotation of the first frame, and its width and height when it is upright and its pixels square."""
    stream = container.streams.video[0]
    stream.codec_context.thread_count = THREADS
    frame = next(container.decode(stream), None)
    if frame is None:
        raise CannotFit("damaged")
    aspect = stream.sample_aspect_ratio or Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    rotation = round(frame.rotation / 90) * 90 % 360
    return (rotation, height, width) if rotation in {90, 270} else (rotation, width, height)


def _rate(container: InputContainer, frames: int, seconds: float) -> Fraction:
    """Return the frame rate a clip says it has where that is true, else the one that was counted."""
    counted = Fraction(frames / seconds).limit_denominator(1001)
    said = container.streams.video[0].average_rate
    return said if said and abs(said - counted) <= counted / 20 else max(counted, Fraction(1, 10))
