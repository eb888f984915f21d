"""The commands as they are registered with Discord: without what the Grok server lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.grok.capabilities import Capabilities

Payload = dict[str, Any]  # Any: JSON as Discord wants it

_SECONDS = "How long, in seconds"


def fitted(payload: Sequence[Payload], able: Capabilities) -> list[Payload]:
    """Return the commands that the server has a use for, each with the options and choices that it takes."""
    kept = []
    for command in payload:
        match command["name"]:
            case "imagine" if not able.images_at_once and not able.image_edit:
                continue
            case "imagine":
                kept.append(_imagine(command, able))
            case "video" if not able.video:
                continue
            case "video":
                kept.append(_video(command, able))
            case _:
                kept.append(command)
    return kept


def _imagine(command: Payload, able: Capabilities) -> Payload:
    def fit(option: Payload) -> Payload | None:
        match option["name"]:
            case "image":
                # Where nothing can be drawn anew, there is nothing to do without a picture.
                return None if not able.image_edit else {**option, "required": not able.images_at_once}
            case "count":
                most = able.images_at_once
                return None if most <= 1 else {**option, "max_value": min(most, option["max_value"])}
            case "aspect":
                return _chosen(option, able.image_aspects)
        return option

    return _with_options(command, fit)


def _video(command: Payload, able: Capabilities) -> Payload:
    def fit(option: Payload) -> Payload | None:
        match option["name"]:
            case "image":
                return option if able.video_from_image else None
            case "aspect":
                return _chosen(option, able.video_aspects)
            case "seconds":
                return _seconds(option, able.video_seconds)
            case "quality":
                return _chosen(option, able.video_qualities)
        return option

    return _with_options(command, fit)


def _with_options(command: Payload, fit: Any) -> Payload:  # Any: from an option to one, or to none
    options = [fit(option) for option in command.get("options", [])]
    there = [option for option in options if option is not None]
    return {**command, "options": sorted(there, key=lambda option: not option.get("required", False))}


def _chosen(option: Payload, allowed: Sequence[str]) -> Payload | None:
    if not allowed:
        return None
    return {**option, "choices": [choice for choice in option.get("choices", []) if choice["value"] in allowed]}


def _seconds(option: Payload, allowed: Sequence[int]) -> Payload | None:
    if not allowed:
        return None
    if list(allowed) == list(range(min(allowed), max(allowed) + 1)):
        return {**option, "min_value": min(allowed), "max_value": max(allowed)}
    bare = {name: value for name, value in option.items() if name not in ("min_value", "max_value")}
    return {**bare, "description": _SECONDS, "choices": [{"name": f"{each} s", "value": each} for each in allowed]}
