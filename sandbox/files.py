"""Serves the page and the CDN."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from sandbox.cdn import Signer, content_type, find_range
from sandbox.images import plain_png
from sandbox.world import World

_AVATAR_PX = 128
_COLOURS = (0x5B6EE1, 0x6B7280, 0x3BA55D, 0xE0A32E, 0xD9534F, 0xC2589B)
_PAGE = Path(__file__).parent / "page"
# What a browser may show in place; anything that could run script on this origin is downloaded instead.
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/", "audio/", "text/plain")


class Files:
    """Handlers of the page's files and of attachments."""

    def __init__(self, world: World, signer: Signer) -> None:
        self._world = world
        self._signer = signer

    def mount(self, app: web.Application, prefix: str) -> None:
        """Add the routes; the page's go last, for they take every path that is left below `/<secret>`."""
        app.router.add_get("/cdn/attachments/{channel}/{attachment:\\d+}/{filename}", self._attachment)
        app.router.add_get("/cdn/embed/avatars/{index:\\d+}.png", self._avatar)
        app.router.add_get(f"{prefix}/{{path:.*}}", self._page)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        path = (_PAGE / (request.match_info["path"] or "index.html")).resolve()
        if not path.is_relative_to(_PAGE) or not path.is_file() or path.suffix == ".py":
            raise web.HTTPNotFound
        media = f"'self' {self._signer.origin} blob: data:"
        policy = f"default-src 'self'; img-src {media}; media-src {media}; frame-ancestors 'none'; base-uri 'none'"
        headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return web.FileResponse(path, headers=headers)

    async def _avatar(self, request: web.Request) -> web.StreamResponse:
        """Serve the plain picture of those who chose none; the index picks its colour."""
        colour = _COLOURS[int(request.match_info["index"]) % len(_COLOURS)]
        return web.Response(body=plain_png(colour, _AVATAR_PX), content_type="image/png")

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        found = self._world.files.get(int(request.match_info["attachment"]))
        if found is None or not self._signer.allows(found, request.query):
            return web.Response(status=404, text="This content is no longer available.")
        kind = content_type(found.filename)
        is_inline = kind.startswith(_INLINE)
        headers = {
            "Content-Type": kind,
            "Accept-Ranges": "bytes",
            "Content-Disposition": "inline" if is_inline else "attachment",
            "Cache-Control": "public, max-age=31536000",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
        }
        return _ranged(found.data, request.headers.get("Range"), headers)


def _ranged(data: bytes, wanted: str | None, headers: dict[str, str]) -> web.Response:
    try:
        part = find_range(wanted, len(data))
    except ValueError:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    if part is None:
        return web.Response(body=data, headers=headers)
    start, stop = part
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return web.Response(status=206, body=data[start:stop], headers=headers)
