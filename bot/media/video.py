"""The way of a clip's frames from one file into another: turned, scaled, fewer, encoded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bot.media.facts import Source
from bot.media.plan import ClipPlan
from bot.media.source import THREADS

KEYFRAME_GAP_S = 5
_TURNS = {90: ("cclock",), 180: ("clock", "clock"), 270: ("clock",)}
_TV_RANGE = 1  # AVCOL_RANGE_MPEG


class Pictures:
    """The way of the frames from one file into the other. decoded: how many there were."""

    def __init__(
        self,
        container: InputContainer,
        output: OutputContainer,
        source: Source,
        plan: ClipPlan,
        number: int,
        notes: Path,
        start_s: Fraction,
    ) -> None:
        self.decoded = 0
        self._stream = container.streams.video[0]
        self._stream.codec_context.thread_count = THREADS
        self._output = output
        self._encoder = _video_stream(output, plan, number, notes)
        self._filters = _filters(source, plan)
        self._graph: Graph | None = None
        self._start_s = start_s

    def add(self, packet: Packet[Stream]) -> None:
        """Take a packet; one that is damaged is left out."""
        try:
            frames = self._stream.decode(packet)
        except av.InvalidDataError:
            return
        for frame in frames:
            self.decoded += 1
            self._add_frame(frame)

    def end(self) -> None:
        """Write what is still held back."""
        if self._graph:
            self._graph.vpush(None)
            self._drain(self._graph)
        self._output.mux(self._encoder.encode(None))

    def _add_frame(self, frame: VideoFrame) -> None:
        if self._graph is None:
            self._graph = _graph(self._stream, frame, self._filters)
        if frame.pts is not None and frame.time_base:
            frame.pts -= round(self._start_s / frame.time_base)
        self._graph.vpush(frame)
        self._drain(self._graph)

    def _drain(self, graph: Graph) -> None:
        for shaped in _pulled(graph):
            shaped.pict_type = 0  # the encoder chooses its own keyframes
            self._output.mux(self._encoder.encode(shaped))


def _video_stream(output: OutputContainer, plan: ClipPlan, number: int, notes: Path) -> VideoStream:
    # The first pass searches less by itself; x264 calls it "fast first pass".
    options = {"preset": plan.preset, "profile": "high", "stats": str(notes)}
    stream = output.add_stream("libx264", rate=plan.frames_per_s, options=options)
    stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
    stream.bit_rate = plan.video_bits_per_s
    stream.gop_size = max(1, round(KEYFRAME_GAP_S * plan.frames_per_s))
    context = stream.codec_context
    context.thread_count = THREADS
    context.color_range = _TV_RANGE
    context.flags |= Flags.pass1 if number == 1 else Flags.pass2
    return stream


def _filters(source: Source, plan: ClipPlan) -> list[tuple[str, str]]:
    """Return names and arguments. Frames are left out first, so that only those that stay are scaled."""
    turns = [("transpose", turn) for turn in _TURNS.get(source.rotation, ())]
    return [
        ("fps", str(plan.frames_per_s)),
        *turns,
        ("scale", f"{plan.width}:{plan.height}:flags=bicubic:out_range=tv"),
        ("format", "yuv420p"),
        ("setsar", "1"),
    ]


def _graph(stream: VideoStream, frame: VideoFrame, filters: list[tuple[str, str]]) -> Graph:
    graph = Graph()
    graph.threads = THREADS
    first = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=stream.time_base)
    graph.link_nodes(first, *(graph.add(name, options) for name, options in filters), graph.add("buffersink"))
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
