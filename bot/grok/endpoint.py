"""Where the configured server is, and how the addresses it sends relate to it (points 4 and 1.1)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from bot.errors import SettingError

_SCHEMES = ("http", "https")
_VERSION = re.compile(r"/v\d+$")
_PASTED = re.compile(r"/(?:chat/completions|models|images/generations)/*$")


class Endpoint:
    """A server's base address. It may have a path and may or may not end in `/v1` or `/`.

    root: the address without its version, where relative files live; base: with it, where the API lives.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url.strip())
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise SettingError("GROK_BASE_URL", "must be an http or https address")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise SettingError("GROK_BASE_URL", "must be an address without user, query or fragment")
        path = _PASTED.sub("", parts.path).rstrip("/")
        self._prefix = _VERSION.sub("", path)
        self._site = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        self.root = self._site + self._prefix
        self.base = self._site + (path if _VERSION.search(path) else f"{path}/v1")

    def url(self, path: str) -> str:
        """Return the address of an API path such as "chat/completions"."""
        return f"{self.base}/{path}"

    def resolve(self, link: str) -> str | None:
        """Return a link from a reply as an absolute http(s) address, None if it is none.

        A relative one belongs to the root, whose path prefix servers leave out of it (but not all of them do).
        """
        link = link.strip()
        try:
            parts = urlsplit(link)
        except ValueError:
            return None
        if parts.scheme:
            return link if parts.scheme.lower() in _SCHEMES and parts.hostname else None
        if link.startswith("//"):
            return f"{urlsplit(self._site).scheme}:{link}" if parts.hostname else None
        if not parts.path:
            return None
        path = "/" + link.lstrip("/")
        has_prefix = bool(self._prefix) and path.startswith(self._prefix + "/")
        return (self._site if has_prefix else self.root) + path
