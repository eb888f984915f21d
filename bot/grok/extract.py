"""Find pictures, clips and progress in what a server wrote (points 17, 24 and 25). Pure text in, values out."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.grok.endpoint import Endpoint
from bot.grok.magic import HEAD_BYTES, find_kind
from bot.grok.types import MediaRef

_TAG = re.compile(r"<(img|video|source)\b((?:[^<>\"']++|\"[^\"]*\"|'[^']*')*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])(src|poster)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
# One pair of parentheses inside an address is allowed, as in encyclopedia links.
_TARGET = r"\(\s*<?((?:data:[^)\s>]+)|(?:[^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)*))"
_PICTURE_LINK = re.compile(r"!\[[^\]]{0,300}\]" + _TARGET)
_LINK = re.compile(r"\[[^\]]{0,300}\]" + _TARGET + r"[^)]{0,300}\)")
_CLOSED_PICTURE_LINK = re.compile(r"!\[[^\]]{0,300}\]\([^)]{0,4000}\)")
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*;base64,([A-Za-z0-9+/=_-]+)", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'`\])]+", re.IGNORECASE)
_URL_LINE = re.compile(r"^[ \t]*(https?://\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FILE_PATH = re.compile(r"(?<![\w:/.])(?:/[\w.-]+)*/?v1/(?:files|media)/[^\s<>\"'`\])]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
# Not followed by a hex digit: an escape in an address is no progress.
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%(?![0-9A-Fa-f])")
_CLIP_PATH = re.compile(r"\.(?:mp4|webm|mov)(?:[?#]|$)", re.IGNORECASE)
_PROGRESS_CHARS = 24  # a number may be cut by the end of a chunk
_FULL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class FoundClip:
    """A clip and its poster, if one is named. is_enclosed: it stood in something that was closed, so it is whole."""

    clip: MediaRef
    poster: MediaRef | None
    is_enclosed: bool


def find_pictures(text: str, endpoint: Endpoint) -> list[MediaRef]:
    """Return the pictures in `text`: of the first form that any has, in order, without repetitions."""
    forms: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: (src for tag, src, _ in _tags(text) if tag == "img" and src),
        lambda: (match[1] for match in _PICTURE_LINK.finditer(text)),
        lambda: (match[0] for match in _DATA_URI.finditer(text)),
        lambda: (_trimmed(match[0]) for match in _URL.finditer(text)),
        lambda: (_trimmed(match[0]) for match in _FILE_PATH.finditer(text)),
    )
    for form in forms:
        refs = [ref for target in form() if (ref := to_ref(target, endpoint))]
        if refs:
            return list(dict.fromkeys(refs))
    bare = _picture_bytes(text.strip())
    return [MediaRef(data=bare)] if bare else []


def to_ref(target: str, endpoint: Endpoint) -> MediaRef | None:
    """Return what an address, a data URI or base64 refers to, None if it is nothing of the kind."""
    target = unescaped(target.strip())
    embedded = _DATA_URI.fullmatch(target)
    if embedded:
        data = _decoded(embedded[1])
        return MediaRef(data=data) if data else None
    if target in ("", "error") or target.startswith("data:"):
        return None
    url = endpoint.resolve(target)
    return MediaRef(url=url) if url else None


def whole_picture(written: str, endpoint: Endpoint) -> MediaRef | None:
    """Return the picture of a field that holds nothing else: base64, a data URI, or an address. None if it is words.

    Base64 is tried first: that of a JPEG begins with a slash, as a relative address does.
    """
    written = written.strip()
    bare = _picture_bytes(written)
    if bare:
        return MediaRef(data=bare)
    is_address = written.startswith(("http://", "https://", "/", "data:")) and not re.search(r"\s", written[:500])
    return to_ref(written, endpoint) if is_address else None


def find_clip(text: str, endpoint: Endpoint) -> FoundClip | None:
    """Return the clip in `text`: of a tag, a link, an address that names one, or any address alone in a line."""
    tags = list(_tags(text))
    poster = next((ref for _, _, still in tags if still and (ref := to_ref(still, endpoint))), None)
    for wanted in ("source", "video"):
        clip = next((ref for tag, src, _ in tags if tag == wanted and src and (ref := to_ref(src, endpoint))), None)
        if clip:
            return FoundClip(clip, poster, is_enclosed=True)
    outside = _TAG.sub(" ", text)
    for match in _LINK.finditer(_CLOSED_PICTURE_LINK.sub(" ", outside)):
        if clip := to_ref(match[1], endpoint):
            return FoundClip(clip, poster, is_enclosed=True)
    addresses = [_trimmed(match[0]) for pattern in (_URL, _FILE_PATH) for match in pattern.finditer(outside)]
    named = [address for address in addresses if _CLIP_PATH.search(unescaped(address))]
    alone = [match[1] for match in _URL_LINE.finditer(outside)]
    clip = next((ref for address in (*named, *alone) if (ref := to_ref(address, endpoint))), None)
    return FoundClip(clip, poster, is_enclosed=False) if clip else None


def find_poster(text: str, endpoint: Endpoint) -> MediaRef | None:
    """Return the first still in `text`: of a poster attribute, an image tag, or a Markdown picture that is closed."""
    named = (still or (src if tag == "img" else "") for tag, src, still in _tags(text))
    linked = (match[1] for whole in _CLOSED_PICTURE_LINK.findall(text) if (match := _PICTURE_LINK.match(whole)))
    return next((ref for target in (*named, *linked) if target and (ref := to_ref(target, endpoint))), None)


def without_pictures(text: str) -> str:
    """Return `text` without its image tags and Markdown pictures: what is left are words."""
    return _CLOSED_PICTURE_LINK.sub("", _TAG.sub("", text))


class ProgressScanner:
    """Find announced percentages in streamed text, also where a number is cut between two chunks."""

    def __init__(self) -> None:
        self._pending = ""

    def feed(self, text: str) -> float | None:
        """Return the last percentage that `text` completes, within 0..100; None if it completes none."""
        self._pending += text
        found: float | None = None
        end = 0
        for match in _PERCENT.finditer(self._pending):
            end = match.end()
            if float(match[1]) <= _FULL_PERCENT:
                found = float(match[1])
        self._pending = self._pending[end:][-_PROGRESS_CHARS:]
        return found


def unescaped(text: str) -> str:
    """Decode HTML entities that end in a semicolon: others may be the `&copy=` of an address."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _tags(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, src and poster of each tag."""
    for tag in _TAG.finditer(text):
        found = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(tag[2])}
        yield tag[1].lower(), found.get("src", ""), found.get("poster", "")


def _trimmed(address: str) -> str:
    """Take the end of a sentence off an address."""
    return address.rstrip(".,;:!?*_")


def _picture_bytes(text: str) -> bytes | None:
    if not _BASE64.fullmatch(text):
        return None
    data = _decoded(text)
    return data if data and find_kind(data[:HEAD_BYTES]) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
