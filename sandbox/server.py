"""Puts the sandbox together: one world, and everything that serves it, behind one port of this machine."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web

from sandbox.answers import Answers
from sandbox.cdn import Signer
from sandbox.clock import Clock
from sandbox.compose import Composer
from sandbox.control import Control
from sandbox.files import Files
from sandbox.gateway.hub import Hub
from sandbox.gateway.socket import serve as serve_gateway
from sandbox.interactions import Interactions, Timing
from sandbox.limits import Limits
from sandbox.payloads import Payloads
from sandbox.people.live import Live
from sandbox.people.resolve import Sight
from sandbox.people.routes import PersonRoutes
from sandbox.people.view import View
from sandbox.rest.applications import ApplicationRoutes
from sandbox.rest.channels import ChannelRoutes
from sandbox.rest.commands import CommandRoutes
from sandbox.rest.gate import BASE, Gate
from sandbox.rest.guilds import GuildRoutes
from sandbox.rest.interactions import InteractionRoutes
from sandbox.rest.messages import MessageRoutes
from sandbox.rest.record import Record
from sandbox.world import World, seeded

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox behaves. token: "" makes one up; port: 0 takes a free one."""

    port: int = 0
    token: str = ""
    shards: int = 1
    has_limits: bool = True
    timing: Timing = field(default_factory=Timing)
    max_file_bytes: int = 10 * 1024 * 1024
    bot_name: str = "Bot"


class Sandbox:
    """A local Discord, served while it is entered (`async with`). origin: its address, known from then on."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self._options = options
        self.clock = clock or Clock()
        self.token = options.token or f"sandbox.{secrets.token_urlsafe(24)}"
        self.secret = secrets.token_urlsafe(24)
        self.world: World = seeded(self.clock, bot_name=options.bot_name, shards=options.shards)
        self.origin = ""
        self._signer = Signer(self.clock)
        self._runner: web.AppRunner | None = None

    @property
    def page(self) -> str:
        """Return the address of the page."""
        return f"{self.origin}/{self.secret}/"

    @property
    def api(self) -> str:
        """Return the address of the REST API."""
        return f"{self.origin}{BASE}"

    async def __aenter__(self) -> Sandbox:
        self._runner = web.AppRunner(self._build(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._options.port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = self._signer.origin = f"http://{host}:{port}"
        self._hub.gateway_url = f"ws://{host}:{port}/gateway"
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        return await serve_gateway(request, self.world, self._hub, self.token)

    def _build(self) -> web.Application:
        options, world = self._options, self.world
        payloads = Payloads(world, self._signer.link)
        composer = Composer(world)
        self._hub = hub = Hub(world, payloads)
        later = asyncio.get_running_loop().call_later
        size = options.max_file_bytes
        interactions = Interactions(world, payloads, options.timing, later, max_file_bytes=size)
        record = Record()
        limits = Limits(is_enforced=options.has_limits)
        gate = Gate(self.token, limits, self.clock, record, max_file_bytes=size)
        app = web.Application(middlewares=[_only_from_here], client_max_size=1 << 30)
        gate.mount(
            app,
            [
                *MessageRoutes(world, payloads, composer, hub).routes(),
                *InteractionRoutes(interactions, Answers(world, interactions, composer), payloads).routes(),
                *ChannelRoutes(world, payloads).routes(),
                *GuildRoutes(world, payloads).routes(),
                *ApplicationRoutes(world, payloads, hub, shards=options.shards).routes(),
                *CommandRoutes(world).routes(),
            ],
        )
        app.router.add_get("/gateway{slash:/?}", self._gateway)
        view = View(world, payloads, max_file_bytes=size)
        sight = Sight(world, payloads, composer, interactions)
        prefix = f"/{self.secret}"
        PersonRoutes(sight, view, Live(world, view), options.timing, max_file_bytes=size).mount(app, prefix)
        Control(world, payloads, hub, record, gate).mount(app, prefix)
        Files(world, self._signer).mount(app, prefix)
        return app


@web.middleware
async def _only_from_here(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse other host names (DNS rebinding) and pages of other origins."""
    host = request.host
    if host.rpartition(":")[0] not in _LOOPBACK and host not in _LOOPBACK:
        return web.Response(status=403, text="This server answers only on loopback names.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return web.Response(status=403, text="Pages of other origins may not ask here.")
    return await handler(request)
