"""What is known of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A clip as people see it: width and height are those of the upright picture with square pixels."""

    seconds: float
    width: int
    height: int
    has_audio: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Source:
    """A clip as an encoder sees it.

    frames_per_s: on average. rotation: degrees by which decoded frames are to be turned to the left: 0, 90, 180, 270.
    aac_bits_per_s: of its audio as measured, None if that is not AAC and cannot be copied into an MP4.
    """

    facts: ClipFacts
    frames_per_s: Fraction
    frames: int
    rotation: int = 0
    aac_bits_per_s: int | None = None
