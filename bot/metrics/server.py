"""Where `/metrics`, `/healthz` and `/readyz` are served."""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.errors import SettingError
from bot.metrics.monitor import Monitor

NO_STORE = {"Cache-Control": "no-store"}

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(monitor: Monitor, host: str, port: int) -> AsyncIterator[int]:
    """Serve what a monitor tells, and give the port. port: 0 takes any. Raises SettingError where it cannot be had."""
    runner = web.AppRunner(_application(monitor), access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as failed:
            raise _refusal(failed, host, port) from None
        taken: int = runner.addresses[0][1]
        log.info("metrics and health at %s port %d", host, taken)
        yield taken
    finally:
        await runner.cleanup()


def _application(monitor: Monitor) -> web.Application:
    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await monitor.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST, **NO_STORE})

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"healthy": True}, headers=NO_STORE)

    async def readyz(_request: web.Request) -> web.Response:
        missing = await monitor.missing()
        body: dict[str, object] = {"ready": not missing, **({"missing": missing} if missing else {})}
        return web.json_response(body, status=503 if missing else 200, headers=NO_STORE)

    application = web.Application()
    application.router.add_get("/metrics", metrics)
    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    return application


def _refusal(failed: OSError, host: str, port: int) -> SettingError:
    if failed.errno == errno.EADDRINUSE:
        return SettingError("METRICS_PORT", f"another program has port {port} of {host} already")
    if failed.errno == errno.EACCES:
        return SettingError("METRICS_PORT", f"port {port} may not be taken; take one above 1023")
    return SettingError("METRICS_HOST", f"{host} is no address of this machine")
