"""Which of a server's addresses may be shown to people."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.grok.addresses import is_public

_PRIVATE_TOPS = {"local", "localhost", "internal", "lan", "home", "arpa"}  # RFC 6762, 6761, 8375; ICANN; custom


def public_link(url: str) -> str:
    """Return an address that anybody can open; "" for one inside a private network, as far as its host's name tells."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    domain, _, top = host.rpartition(".")
    is_public_name = bool(domain) and not top.isdecimal() and top not in _PRIVATE_TOPS
    return url if is_public_name or is_public(host) else ""
