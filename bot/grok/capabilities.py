"""What an upstream can do, as values: by these commands hide the options that it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from bot.grok.types import Aspect, VideoQuality

EVERY_ASPECT: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an upstream can do. An empty tuple: the option cannot be chosen there, the upstream decides.

    images_at_once: how many pictures one command may ask for, 0: it draws none. video_seconds: the lengths it takes.
    """

    vision: bool = True
    images_at_once: int = 4
    image_edit: bool = True
    image_aspects: tuple[Aspect, ...] = EVERY_ASPECT
    video: bool = True
    video_from_image: bool = True
    video_aspects: tuple[Aspect, ...] = EVERY_ASPECT
    video_seconds: tuple[int, ...] = tuple(range(1, 16))
    video_qualities: tuple[VideoQuality, ...] = get_args(VideoQuality)


EVERYTHING = Capabilities()
