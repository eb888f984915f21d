"""The way of every REST request: noted, checked, counted against its limits, handled, answered in Discord's form."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.clock import Clock
from sandbox.errors import ApiError, method_not_allowed, not_found, unauthorized
from sandbox.limits import Limits, Verdict
from sandbox.rest.call import Call, Created, Route
from sandbox.rest.faults import Faults
from sandbox.rest.record import Record
from sandbox.rest.record import Request as Noted
from sandbox.shapes import to_text
from sandbox.uploads import read_form

BASE = "/api/v10"
Headers = dict[str, str]
# discord.py takes a 429 without Via for a ban and gives up; the exact type is what it compares with.
_ALWAYS: Headers = {"Via": "1.1 sandbox", "Content-Type": "application/json"}
_log = logging.getLogger(__name__)


class Gate:
    """Registers routes with a web application and answers their requests.

    max_file_bytes: the largest file that is taken; tests lower it below what bots are told.
    """

    def __init__(self, token: str, limits: Limits, clock: Clock, record: Record, *, max_file_bytes: int) -> None:
        self._authorization = f"Bot {token}"
        self._limits = limits
        self._clock = clock
        self._record = record
        self.max_file_bytes = max_file_bytes
        self.faults = Faults()

    def mount(self, app: web.Application, routes: list[Route]) -> None:
        """Add the routes, and Discord's 404 and 405 for everything else below the base."""
        for route in routes:
            app.router.add_route(route.method, BASE + route.path, self._answering(route))
        app.router.add_route("*", BASE + "/{rest:.*}", self._lost)

    def _answering(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            path = request.rel_url.raw_path.removeprefix(BASE)
            noted = self._record.add(self._clock.monotonic_s(), route.method, path, route.path, route.rule.name)
            response = await self._answer(request, route, noted, path)
            noted.status = response.status
            return response

        return answer

    async def _answer(self, request: web.Request, route: Route, noted: Noted, path: str) -> web.Response:
        fault = self.faults.take(route.method, path)
        if fault is None:
            return await self._handle(request, route, noted)
        await asyncio.sleep(fault.delay_s)
        if fault.status is not None:
            await request.read()
            return _reply(fault.status, fault.body, fault.headers)
        response = await self._handle(request, route, noted)
        noted.status = response.status
        await asyncio.sleep(fault.reply_delay_s)
        return response

    async def _handle(self, request: web.Request, route: Route, noted: Noted) -> web.Response:
        headers: Headers = {}
        try:
            if route.needs_token and request.headers.get("Authorization") != self._authorization:
                raise unauthorized()
            verdict = self._verdict(request, route)
            headers = _limit_headers(route, verdict, self._clock.now_s())
            if not verdict.is_allowed:
                await request.read()
                return _refusal(verdict, headers)
            noted.form = await read_form(request, max_file_bytes=self.max_file_bytes)
            return _success(route.handler(Call(request.match_info, request.query, noted.form)), headers)
        except ApiError as error:
            return _reply(error.status, error.body(), headers)
        except Exception:
            _log.exception("a handler failed: %s %s", route.method, route.path)
            return _reply(500, {"message": "500: Internal Server Error", "code": 0}, headers)

    def _verdict(self, request: web.Request, route: Route) -> Verdict:
        major = tuple(request.match_info[name] for name in route.rule.major)
        return self._limits.take(route.rule, major, self._clock.monotonic_s())

    async def _lost(self, request: web.Request) -> web.StreamResponse:
        """Answer an address that no route has, or has with other methods."""
        path = request.rel_url.raw_path.removeprefix(BASE)
        noted = self._record.add(self._clock.monotonic_s(), request.method, path, "", "")
        is_known = any(
            resource.get_info().get("pattern") is not None and resource.get_info()["pattern"].fullmatch(request.path)
            for resource in request.app.router.resources()
            if not resource.canonical.endswith("{rest}")
        )
        error = method_not_allowed() if is_known else not_found()
        noted.status = error.status
        return _reply(error.status, error.body(), {})


def _success(reply: object, headers: Headers) -> web.Response:
    if reply is None:
        return web.Response(status=204, headers={"Via": _ALWAYS["Via"], **headers})
    if isinstance(reply, Created):
        return _reply(201, reply.body, headers)
    return _reply(200, reply, headers)


def _reply(status: int, body: object, headers: Headers) -> web.Response:
    raw = b"" if body is None else to_text(body).encode()
    return web.Response(status=status, body=raw, headers={**_ALWAYS, **headers})


def _limit_headers(route: Route, verdict: Verdict, now_s: float) -> Headers:
    if not route.rule.is_global:
        return {}
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": f"{now_s + verdict.reset_after_s:.3f}",
        "X-RateLimit-Reset-After": f"{verdict.reset_after_s:.3f}",
        "X-RateLimit-Bucket": route.rule.hash,
    }


def _refusal(verdict: Verdict, headers: Headers) -> web.Response:
    """Return the 429, whose wait is rounded up so that a client which keeps to it is let in."""
    is_global = verdict.scope == "global"
    retry_after = round(verdict.retry_after_s + 0.0005, 3)
    extra = {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": verdict.scope}
    if is_global:
        headers, extra = {}, {**extra, "X-RateLimit-Global": "true"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
    return _reply(429, body, {**headers, **extra})
