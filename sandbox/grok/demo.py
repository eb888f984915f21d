"""What the handlers share: settings, journal, files, studio, and the faults laid out."""

from __future__ import annotations

import aiohttp
from aiohttp import web

from sandbox.grok.errors import bad_request, upstream_failed
from sandbox.grok.faults import FaultQueue, Faults
from sandbox.grok.files import Files, Shelf, made_of
from sandbox.grok.journal import Entry, Journal
from sandbox.grok.ledger import Ledger
from sandbox.grok.paint import from_data_uri
from sandbox.grok.settings import DemoSettings
from sandbox.grok.studio import Studio

MAX_SOURCE_BYTES = 50 * 2**20  # the proxy's limit for a picture to edit
FETCH_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
COOKIE_HOST = "https://assets.grok.com"  # where the proxy's links lead when it does not know its own address


class Demo:
    """One running demo server."""

    def __init__(self, settings: DemoSettings) -> None:
        self.settings = settings
        self.journal = Journal()
        self.ledger = Ledger()
        self.files = Files()
        self.studio = Studio()
        self.queue = FaultQueue()
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give up all work."""
        self.studio.close()
        if self._http is not None:
            await self._http.close()

    def publish(self, request: web.Request, shelf: Shelf, path: str, raw: bytes, faults: Faults) -> str:
        """Keep a file and return its link in the form the settings and the faults ask for."""
        link = self.files.put(shelf, path, made_of(shelf, raw, faults))
        if "gone" in faults:
            link = link.replace(path, f"gone-{path}")
        app_url = str(request.url.origin()) if self.settings.app_url is None else self.settings.app_url.rstrip("/")
        is_in_account = path.startswith("users/")
        if "assets_url" in faults or (not app_url and is_in_account and "relative_url" not in faults):
            return f"{COOKIE_HOST}/{path}"
        return link if "relative_url" in faults else app_url + link

    async def load(self, source: str) -> bytes:
        """Return the picture a data URI holds or an address leads to; fails as the proxy does."""
        if source.startswith("data:"):
            return from_data_uri(source)
        if not source.startswith(("http://", "https://")):
            raise bad_request("image_url.url must be a URL or data URI", "image", "invalid_media")
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=FETCH_TIMEOUT)
        raw = bytearray()
        try:
            async with self._http.get(source) as response:
                if response.status >= 400:
                    raise upstream_failed(f"Failed to fetch: {response.status}")
                async for part in response.content.iter_chunked(2**18):
                    raw += part
                    if len(raw) > MAX_SOURCE_BYTES:
                        raise bad_request("The image is larger than 50 MB", "image", "invalid_media")
        except (aiohttp.ClientError, TimeoutError) as broken:
            raise upstream_failed(f"Failed to fetch: {type(broken).__name__}") from broken
        return bytes(raw)


DEMO: web.AppKey[Demo] = web.AppKey("demo", Demo)
ENTRY: web.RequestKey[Entry] = web.RequestKey("entry", Entry)
BODY: web.RequestKey[dict[str, object]] = web.RequestKey("body", dict)
