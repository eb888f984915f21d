"""How like its original is a fitted clip, in the eyes of FFmpeg's filters `ssim` and `psnr`."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import av
from av.container import InputContainer
from av.filter import Graph

_SSIM = re.compile(r"\bY:(-?[\d.]+)")
_MSE = re.compile(r"\bmse_y:([\d.]+)")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of the brightness, at the size of the original. ssim: mean of all frames. psnr_db: of the mean squared error."""

    ssim: float
    psnr_db: float


def likeness(original: Path, fitted: Path) -> Likeness:
    """Compare every frame of the original with the fitted frame that is shown at its time, scaled up to its size."""
    originals, fitteds = original.absolute(), fitted.absolute()
    with tempfile.TemporaryDirectory() as folder, chdir(folder):  # paths are a pain in the syntax of filters
        with av.open(str(originals)) as one, av.open(str(fitteds)) as other:
            _compare(one, other)
        ssims = [float(each) for each in _SSIM.findall(Path("ssim").read_text(encoding="ascii"))]
        errors = [float(each) for each in _MSE.findall(Path("psnr").read_text(encoding="ascii"))]
    if len(ssims) != len(errors) or not ssims:
        raise ValueError(f"{len(ssims)} and {len(errors)} frames were compared")
    error = fmean(errors)
    return Likeness(fmean(ssims), 10 * math.log10(255**2 / error) if error else math.inf)


def _compare(original: InputContainer, fitted: InputContainer) -> None:
    graph = Graph()
    size = original.streams.video[0].width, original.streams.video[0].height
    inputs = [graph.add_buffer(template=each.streams.video[0]) for each in (original, fitted)]
    scale, split = graph.add("scale", f"{size[0]}:{size[1]}:flags=bicubic"), graph.add("split")
    ssim, psnr = graph.add("ssim", "stats_file=ssim"), graph.add("psnr", "stats_file=psnr")
    sink = graph.add("buffersink")
    inputs[1].link_to(scale)
    scale.link_to(split)
    inputs[0].link_to(ssim, 0, 0)
    split.link_to(ssim, 0, 1)
    ssim.link_to(psnr, 0, 0)
    split.link_to(psnr, 1, 1)
    psnr.link_to(sink)
    graph.configure()
    for place, frame in _by_time(original, fitted):
        graph.vpush(frame, at=place)
        _drain(graph)
    for place in (0, 1):
        graph.vpush(None, at=place)
    _drain(graph)


def _by_time(*clips: InputContainer) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield frames of both clips as they are shown, so that few wait in the filters."""
    frames = [each.decode(video=0) for each in clips]
    waiting = {place: next(each, None) for place, each in enumerate(frames)}
    while shown := {place: frame for place, frame in waiting.items() if frame is not None}:
        place = min(shown, key=lambda each: (shown[each].time, each))
        yield place, shown[place]
        waiting[place] = next(frames[place], None)


def _drain(graph: Graph) -> None:
    while True:
        try:
            graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
