"""Links, images, footnotes and the like: what stands for itself within a line, and how Discord shows it."""

from __future__ import annotations

import re

LINK_MOST_CHARS = 300  # of an address that may be repeated where a link is cut
PICTURE = "🖼"
_SMALL = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

LINK = re.compile(
    r"(?P<bang>!?)\[(?P<text>(?:\\.|\[[^\[\]\n]*\](?:\([^()\s]*\))?|[^\[\]\\])*)\]"
    r"\((?P<address>[ ]*(?:<[^<>\n]*>|(?:\([^\s()]*\)|[^\s()])+)(?:[ ]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ ]*)\)"
)
FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,40})\]")
FOOTNOTE_TEXT = re.compile(r"\[\^([^\]\s]{1,40})\]:[ \t]*")
URL = r"<https?://[^\s<>]+>|https?://(?:\([^\s()<>]*\)|[^\s<>()\[\]`*|~\\]|~(?!~))+"
DISCORD_TAG = r"<(?:@[!&]?\d+|\#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|/[\w\- ]+:\d+|id:\w+)>"


def footnote_mark(name: str) -> str:
    """Return how a footnote is marked: a small number, or its name in brackets."""
    return name.translate(_SMALL) if name.isascii() and name.isdigit() else f"[{name}]"


def picture_text(alt: str, address: str, *, is_linked: bool) -> str:
    """Return what stands for a picture: a link to it, or its description where there is nothing to link to.

    is_linked: it stands inside another link.
    """
    place = address.strip().partition(" ")[0].strip("<>")
    words = " ".join(alt.split()) or "picture"
    if is_linked or not place.startswith(("http://", "https://")):
        return f"{PICTURE} {words}" if is_linked or place.startswith("data:") else f"{PICTURE} {words} ({place})"
    return f"[{PICTURE} {words}]({place})"


def trimmed_url(url: str) -> str:
    """Return a bare address without the punctuation that ends the sentence around it."""
    return url if url.startswith("<") else url.rstrip(".,;:!?'\"_")
