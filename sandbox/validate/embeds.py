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
    check_text(problems, (*path, "title"), embed.get("title"), 256)
    check_text(problems, (*path, "description"), embed.get("description"), 4096)
    check_text(problems, (*path, "footer", "text"), (embed.get("footer") or {}).get("text"), 2048)
    check_text(problems, (*path, "author", "name"), (embed.get("author") or {}).get("name"), 256)
    for index, field in enumerate(check_list(problems, (*path, "fields"), embed.get("fields"), 25)):
        if isinstance(field, dict):
            check_text(problems, (*path, "fields", index, "name"), field.get("name"), 256, required=True)
            check_text(problems, (*path, "fields", index, "value"), field.get("value"), 1024, required=True)
    for place in ("image", "thumbnail"):
        url = (embed.get(place) or {}).get("url")
        if url is not None and not str(url).startswith(_URL_STARTS):
            message = 'Scheme must be one of ("http", "https", "attachment").'
            problems.add((*path, place, "url"), "URL_TYPE_INVALID_SCHEME", message)


def _chars(embed: Json) -> int:
    """Return the length that counts towards the limit over all embeds."""
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or ():
        texts += [field.get("name"), field.get("value")]
    return sum(len(str(text)) for text in texts if text)
