"""Asking Discord something that costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import msgspec

from bot.errors import UNREADABLE_JSON
from bot.grok.dates import read_date
from bot.secret import Secret

TIMEOUT_S = 10.0
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """What Discord answered. status: 0 when it did not. body: decoded JSON, None if it was none. date: the server's."""

    status: int
    body: Any = None  # Any: JSON
    date: datetime | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The body, where it is an object."""
        return self.body if isinstance(self.body, dict) else {}


class DiscordApi:
    """Requests with the bot's token. Nothing is raised: what cannot be had is `Told(0)`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: Secret) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bot {token.reveal()}"}

    async def get(self, path: str) -> Told:
        """Ask for `path`."""
        timeout = aiohttp.ClientTimeout(TIMEOUT_S)
        try:
            async with self._http.get(
                f"{self._url}/{path}", headers=self._headers, timeout=timeout, allow_redirects=False
            ) as response:
                raw = await response.content.read(MOST_BYTES)
                while not response.content.at_eof() and len(raw) < MOST_BYTES:
                    raw += await response.content.read(MOST_BYTES - len(raw))
                return Told(response.status, _decoded(raw), read_date(response.headers.get("Date", "")))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Told(0)


def _decoded(raw: bytes) -> Any:  # Any: JSON
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE_JSON:
        return None
