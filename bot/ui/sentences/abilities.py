"""Sentences about what the Grok server cannot do."""

from __future__ import annotations

from bot.grok.capabilities import EVERYTHING, Capabilities

INPUT: dict[str, str] = {
    "cannot_draw": "This Grok server draws no pictures.",
    "cannot_edit": "This Grok server cannot change pictures. Without `image` I can have a new one drawn.",
    "cannot_count": "This Grok server draws at most {most} at a time. Please ask for fewer.",
    "cannot_film": "This Grok server makes no clips.",
    "cannot_animate": "This Grok server cannot set a picture in motion. Please describe the clip in words alone.",
    "cannot_aspect": "This Grok server does not know the aspect `{wanted}`. It takes {allowed}.",
    "cannot_aspect_any": "This Grok server decides the aspect by itself. Please leave `aspect` out.",
    "cannot_seconds": "This Grok server makes no clips of {wanted} seconds. It takes {allowed}.",
    "cannot_seconds_any": "This Grok server decides by itself how long a clip is. Please leave `seconds` out.",
    "cannot_quality": "This Grok server does not know the quality `{wanted}`. It takes {allowed}.",
    "cannot_quality_any": "This Grok server decides the quality by itself. Please leave `quality` out.",
}


def lacks(able: Capabilities) -> str:
    """Return what the server cannot do, as one line; "" where it lacks nothing."""
    missing = [words for is_there, words in _parts(able) if not is_there]
    return f"This Grok server cannot: {', '.join(missing)}." if missing else ""


def _parts(able: Capabilities) -> list[tuple[bool, str]]:
    draws, films = able.images_at_once > 0, able.video
    return [
        (able.vision, "look at pictures"),
        (draws, "draw pictures"),
        (able.image_edit, "change pictures"),
        (
            not draws or able.images_at_once >= EVERYTHING.images_at_once,
            f"draw more than {able.images_at_once} at once",
        ),
        (not draws or bool(able.image_aspects), "choose a picture's aspect"),
        *_partly("draw in", draws, EVERYTHING.image_aspects, able.image_aspects),
        (films, "make clips"),
        (not films or able.video_from_image, "set a picture in motion"),
        (not films or bool(able.video_aspects), "choose a clip's aspect"),
        *_partly("film in", films, EVERYTHING.video_aspects, able.video_aspects),
        (not films or bool(able.video_seconds), "choose a clip's length"),
        (not films or bool(able.video_qualities), "choose a clip's quality"),
    ]


def _partly(verb: str, is_able: bool, every: tuple[str, ...], some: tuple[str, ...]) -> list[tuple[bool, str]]:
    missing = [each for each in every if each not in some]
    return [(False, f"{verb} {' or '.join(missing)}")] if is_able and some and missing else []
