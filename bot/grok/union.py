"""What several upstreams can do together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.grok.capabilities import EVERYTHING, Capabilities
from bot.grok.types import CallKind

T = TypeVar("T")


def union(found: Sequence[tuple[frozenset[CallKind], Capabilities]]) -> Capabilities:
    """Return what one or the other can do, each of what it is asked for at all; everything where nothing is known."""
    if not found:
        return EVERYTHING
    chats = [able for kinds, able in found if "chat" in kinds]
    images = [able for kinds, able in found if "image" in kinds]
    videos = [able for kinds, able in found if "video" in kinds]
    return Capabilities(
        vision=any(each.vision for each in chats),
        images_at_once=max((each.images_at_once for each in images), default=0),
        image_edit=any(each.image_edit for each in images),
        image_aspects=_merged(each.image_aspects for each in images),
        video=any(each.video for each in videos),
        video_from_image=any(each.video_from_image for each in videos),
        video_aspects=_merged(each.video_aspects for each in videos),
        video_seconds=tuple(sorted(_merged(each.video_seconds for each in videos))),
        video_qualities=_merged(each.video_qualities for each in videos),
    )


def _merged(choices: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(choice for each in choices for choice in each))
