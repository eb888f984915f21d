"""The way of a clip's audio from one file into another: as it is, or encoded anew."""

from __future__ import annotations

from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from bot.media.plan import ClipPlan


class CopiedSound:
    """Audio that goes into the new file as it is."""

    def __init__(self, stream: AudioStream, output: OutputContainer, _: ClipPlan, start_s: Fraction) -> None:
        self.stream = stream
        self._output = output
        self._copy = output.add_stream_from_template(stream)
        self._start_s = start_s

    def add(self, packet: Packet[Stream]) -> None:
        """Take a packet."""
        if packet.dts is None:  # what flushes a decoder
            return
        shift = round(self._start_s / packet.time_base)
        packet.dts -= shift
        packet.pts = packet.pts - shift if packet.pts is not None else None
        packet.stream = self._copy
        self._output.mux(packet)

    def end(self) -> None:
        """Nothing is held back."""


class Sound:
    """Audio that is encoded anew."""

    def __init__(self, stream: AudioStream, output: OutputContainer, plan: ClipPlan, start_s: Fraction) -> None:
        self.stream = stream
        self._output = output
        rate = stream.rate if stream.rate in {44_100, 48_000} else 48_000
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        self._encoder = output.add_stream("aac", rate=rate, layout=layout)
        self._encoder.bit_rate = plan.audio_bits_per_s
        self._start_s = start_s

    def add(self, packet: Packet[Stream]) -> None:
        """Take a packet; one that is damaged is left out."""
        try:
            frames = self.stream.decode(packet)
        except av.InvalidDataError:
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                frame.pts -= round(self._start_s / frame.time_base)
            self._output.mux(self._encoder.encode(frame))

    def end(self) -> None:
        """Write what is still held back."""
        self._output.mux(self._encoder.encode(None))
