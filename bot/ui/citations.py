"""The sources of an answer as one line of small print: numbered links with the names of their hosts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.ui import text

MOST_SOURCES = 10
LINE_LIMIT_CHARS = 1500
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_SAFE_URL = re.compile(r"https?://[^\s<>()\[\]|\\\"`]+")


def citations_line(addresses: Sequence[str]) -> str:
    """Return the line, "" without any source that can be linked safely; what is no web address is left out."""
    links = [link for address in dict.fromkeys(addresses) if (link := _link(address))]
    numbered = [f"{number}. {link}" for number, link in enumerate(links[:MOST_SOURCES], 1)]
    while numbered and len(" · ".join(numbered)) > LINE_LIMIT_CHARS:
        numbered.pop()
    if not numbered:
        return ""
    more = f" · and {len(links) - len(numbered)} more" if len(links) > len(numbered) else ""
    return f"Sources: {' · '.join(numbered)}{more}"


def _link(address: str) -> str:
    """Return a link whose markup the address cannot end; "" for what is no web address."""
    quoted = re.sub(r"[()\[\]|\\\"`<>]", lambda found: f"%{ord(found[0]):02X}", address.strip())
    try:
        host = urlsplit(quoted).hostname or ""
    except ValueError:
        return ""
    if not _HOST.fullmatch(host) or not _SAFE_URL.fullmatch(quoted) or len(quoted) > 500:
        return ""
    return f"[{text.escape(host.removeprefix('www.'), 40)}](<{quoted}>)"
