"""Encode a clip anew by a plan: H.264 and AAC in an MP4 whose index comes first, in two passes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

from bot.errors import CannotFit
from bot.media.facts import Source
from bot.media.plan import ENOUGH_SHARE, TARGET_SHARE, ClipPlan, corrected_bits_per_s, plan_clip
from bot.media.sound import CopiedSound, Sound
from bot.media.source import container_of, inspect, open_clip
from bot.media.video import Pictures

Tell = Callable[[float], None]  # hears how much is done, 0 to 1

TRIES = 4  # of the second pass, until the file is small enough; the first serves them all
FIRST_PASS_SHARE = 0.3  # of the time
DECODED_ENOUGH = 0.95  # of the frames; fewer, and the clip is damaged in the middle


def fit_clip(clip: Path, limit_bytes: int, work: Path, tell: Tell) -> Path:
    """Return a file in `work` of at most `limit_bytes` with the clip in it. Raises CannotFit."""
    source = inspect(clip)
    fitted = work / "fitted.mp4"
    if source.facts.size_bytes <= limit_bytes and container_of(clip) == "mov":
        shutil.copyfile(clip, fitted)
        return fitted
    plan = plan_clip(source, limit_bytes)
    _encode(clip, source, plan, 1, work / "none", _part(tell, 0, FIRST_PASS_SHARE))
    best_bytes, done = 0, FIRST_PASS_SHARE
    for number in range(TRIES):
        attempt = work / "attempt.mp4"
        share = (1 - done) * 0.9  # something is left for another try
        _encode(clip, source, plan, 2, attempt, _part(tell, done, share))
        done += share
        size_bytes = attempt.stat().st_size
        if best_bytes < size_bytes <= limit_bytes:
            os.replace(attempt, fitted)
            best_bytes = size_bytes
        is_enough = size_bytes >= plan.goal_bytes * ENOUGH_SHARE / TARGET_SHARE
        if size_bytes <= limit_bytes and (is_enough or number):  # one try for more; some clips have no more in them
            break
        plan = replace(plan, video_bits_per_s=corrected_bits_per_s(plan, source.facts.seconds, size_bytes))
    if not best_bytes:
        raise CannotFit("too_long")
    return _checked(fitted)


def _part(tell: Tell, start: float, share: float) -> Tell:
    """Return what hears of a part of the work, and tells how much of all is done then."""
    return lambda done: tell(start + done * share)


def _checked(fitted: Path) -> Path:
    """Return the file if everything is there: a full disk may go unnoticed by an encoder."""
    try:
        inspect(fitted)
    except CannotFit as broken:
        raise CannotFit("failed") from broken
    return fitted


def _encode(clip: Path, source: Source, plan: ClipPlan, number: int, target: Path, tell: Tell) -> None:
    """Run a pass. The first only learns where the bits are needed, and writes that next to `target`."""
    with open_clip(clip) as container, _output(target, number) as output:
        start_s = Fraction(container.start_time or 0, av.time_base)
        pictures = Pictures(container, output, source, plan, number, target.with_name("pass"), start_s)
        sound = None
        if number == 2 and source.facts.has_audio:
            stream = container.streams.audio[0]
            sound = (CopiedSound if plan.copies_audio else Sound)(stream, output, plan, start_s)
        streams = [container.streams.video[0], *([sound.stream] if sound else [])]
        for packet in container.demux(*streams):
            if packet.stream.type == "video":
                pictures.add(packet)
                tell(min(1.0, pictures.decoded / source.frames))
            elif sound:
                sound.add(packet)
        pictures.end()
        if sound:
            sound.end()
    if pictures.decoded < source.frames * DECODED_ENOUGH:
        raise CannotFit("damaged")


def _output(target: Path, number: int) -> OutputContainer:
    if number == 1:
        return av.open(os.devnull, "w", format="null")
    return av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"})
