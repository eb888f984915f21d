"""The web application: middlewares, routes, and the life of what they share."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from sandbox.grok.accounts import Accounts
from sandbox.grok.admin import ACCOUNTS, admin
from sandbox.grok.calls import parse_json
from sandbox.grok.control import control
from sandbox.grok.demo import BODY, DEMO, ENTRY, Demo
from sandbox.grok.errors import ApiError, json_response
from sandbox.grok.jobs import JOBS, Jobs
from sandbox.grok.page import page
from sandbox.grok.routes import routes
from sandbox.grok.settings import DemoSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MAX_BODY_BYTES = 128 * 2**20  # pictures arrive as base64 within JSON
log = logging.getLogger(__name__)


def make_app(settings: DemoSettings) -> web.Application:
    """Return the application; it starts nothing until it is served."""
    app = web.Application(middlewares=[answer_errors, guard], client_max_size=MAX_BODY_BYTES)
    demo = Demo(settings)
    jobs = Jobs(demo)
    app[DEMO], app[JOBS] = demo, jobs
    app.add_routes(routes)
    app.add_routes(control)
    if settings.admin_key:
        app[ACCOUNTS] = Accounts()
        app[ACCOUNTS].fill(3)
        app.add_routes(admin)
    app.router.add_get("/", page)
    clips = settings.kind.clips
    if "generations" in clips:
        app.router.add_post("/v1/videos/generations", jobs.order)
    if "forms" in clips:
        app.router.add_post("/v1/videos", jobs.order_by_form)
        app.router.add_get("/v1/videos/{id}/content", jobs.content, allow_head=False)
    if clips:
        app.router.add_get("/v1/videos/{id}", jobs.status, allow_head=False)
    app.cleanup_ctx.append(_life)
    return app


async def _life(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[JOBS].close()
    await app[DEMO].close()


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into the proxy's JSON; unknown paths and methods have a shape of their own there."""
    try:
        return await handler(request)
    except ApiError as refused:
        if (refused.code, refused.param) == ("model_not_found", "model"):
            refused.status = request.app[DEMO].settings.kind.unknown_model_status
        return refused.response()
    except web.HTTPException as error:
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return json_response({"detail": error.reason}, status=error.status, headers=headers)
    except ConnectionError:
        raise  # the reader hung up; there is nobody to answer
    except Exception:
        log.exception("failed path=%s", request.path)
        return ApiError(500, "Internal server error", code="internal_error", kind="server_error").response()


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep other sites out, note what is asked, and ask for the key where the proxy does."""
    if not _is_loopback(request.host):
        raise ApiError(403, "Only loopback addresses are served", code="forbidden_host")
    is_api = request.path.startswith("/v1/") and not request.path.startswith("/v1/files/")
    if not is_api:
        return await handler(request)
    settings = request.app[DEMO].settings
    is_admin = request.path.startswith("/v1/admin/")
    refusal = _refusal(request, settings.admin_key if is_admin else settings.key)
    is_json = request.method == "POST" and request.content_type != "multipart/form-data"
    raw = await request.read() if is_json else b""
    try:
        body = parse_json(raw) if is_json else None
    except ApiError as broken:
        body, refusal = None, refusal or broken
    request[ENTRY] = request.app[DEMO].journal.note(
        request.path, body, authorized=refusal is None or refusal.status != 401
    )
    # A path nobody serves is reported as such before the key is looked at, as the proxy does.
    if refusal is not None and request.match_info.http_exception is None:
        raise refusal
    request[BODY] = body or {}
    return await handler(request)


def _refusal(request: web.Request, key: str) -> ApiError | None:
    if not key:
        return None
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        return _unauthorized("Missing authentication token")
    if not hmac.compare_digest(given.strip().encode(), key.encode()):
        return _unauthorized("Invalid authentication token")
    return None


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, message, code="invalid_api_key", kind="authentication_error")


def _is_loopback(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
