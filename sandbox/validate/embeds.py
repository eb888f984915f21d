"""Limits of embeds.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from sandbox.errors import Problems
from sandbox.shapes import Json
from sandbox.validate.fields import Path, check_list, check_text

MAX_EMBEDS = 10
MAX_TOTAL_CHARS = 6000
_URL_STARTS = ("http://", "https://", "attachment://")


def check_embeds(problems: Problems, embeds: object) -> tuple[Json, ...]:
    """Return a message's embeds, noting what Discord would refuse."""
    given = check_list(problems, ("embeds",), embeds, MAX_EMBEDS)
    kept: list[Json] = []
    for index, embed in enumerate(given):
        if isinstance(embed, dict):
            _check_embed(problems, ("embeds", index), embed)
            kept.append(_completed(embed))
        else:
            problems.add(("embeds", index), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    if sum(map(_chars, kept)) > MAX_TOTAL_CHARS:
        message = f"Embed size exceeds maximum size of {MAX_TOTAL_CHARS}"
        problems.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)
    return tuple(kept)


def _completed(embed: Json) -> Json:
    """Return an embed with what Discord fills in."""
    given = {key: value for key, value in embed.items() if value is not None}
    if isinstance(given.get("fields"), list):
        given["fields"] = [{"inline": False, **field} for field in given["fields"] if isinstance(field, dict)]
    return {"type": "rich", **given}


def _check_embed(problems: Problems, path: Path, embed: Json) -> None:
    for name in ("footer", "author", "image", "thumbnail", "video"):
        if embed.get(name) is not None and not isinstance(embed[name], dict):
            problems.add((*path, name), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    check_text(problems, (*path, "title"), embed.get("title"), 256)
    check_text(problems, (*path, "description"), embed.get("description"), 4096)
    check_text(problems, (*path, "footer", "text"), _part(embed, "footer").get("text"), 2048)
    check_text(problems, (*path, "author", "name"), _part(embed, "author").get("name"), 256)
    for index, field in enumerate(check_list(problems, (*path, "fields"), embed.get("fields"), 25)):
        if isinstance(field, dict):
            check_text(problems, (*path, "fields", index, "name"), field.get("name"), 256, required=True)
            check_text(problems, (*path, "fields", index, "value"), field.get("value"), 1024, required=True)
    for place in ("image", "thumbnail"):
        url = _part(embed, place).get("url")
        if url is not None and not str(url).startswith(_URL_STARTS):
            message = 'Scheme must be one of ("http", "https", "attachment").'
            problems.add((*path, place, "url"), "URL_TYPE_INVALID_SCHEME", message)


def _part(embed: Json, name: str) -> Json:
    """Return an object within an embed, {} if there is none."""
    given = embed.get(name)
    return given if isinstance(given, dict) else {}


def _chars(embed: Json) -> int:
    """Return the length that counts towards the limit over all embeds."""
    texts = [embed.get("title"), embed.get("description")]
    texts += [_part(embed, "footer").get("text"), _part(embed, "author").get("name")]
    fields = embed.get("fields")
    for field in fields if isinstance(fields, list) else ():
        texts += [field.get("name"), field.get("value")]
    return sum(len(str(text)) for text in texts if text)
