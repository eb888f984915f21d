"""Serves a web application of aiohttp's on loopback, on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

STOP_S = 0.5  # for requests that a test left under way


@asynccontextmanager
async def on_a_socket(app: web.Application) -> AsyncIterator[str]:
    """Serve, and return where."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
