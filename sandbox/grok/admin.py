"""The proxy's administration of early 2026, and the control route that makes it misbehave."""

from __future__ import annotations

from dataclasses import asdict, replace

from aiohttp import web

from sandbox.grok.accounts import Accounts
from sandbox.grok.calls import parse_json
from sandbox.grok.demo import BODY, DEMO
from sandbox.grok.errors import ApiError, json_response
from sandbox.grok.replies import whole_reply

ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)

admin = web.RouteTableDef()


@admin.get("/v1/admin/verify", allow_head=False)
async def verify(_request: web.Request) -> web.Response:
    """Take the key."""
    return json_response({"status": "success"})


@admin.get("/v1/admin/tokens", allow_head=False)
async def tokens(request: web.Request) -> web.Response:
    """List the accounts, tokens in clear."""
    _fail(request)
    demo = request.app[DEMO]
    faults = demo.queue.take(request.path, makes_something=False)
    found = request.app[ACCOUNTS].read()
    wrapped = {"tokens": found, "consumed_mode_enabled": False} if demo.settings.is_admin_wrapped else found
    return whole_reply(faults) or json_response(wrapped)


@admin.post("/v1/admin/tokens")
async def replace_tokens(request: web.Request) -> web.Response:
    """Replace everything by what is sent."""
    _fail(request)
    request.app[ACCOUNTS].replace(request[BODY])
    return json_response({"status": "success", "message": "Token 已更新"})


@admin.post("/v1/admin/tokens/refresh")
async def refresh(request: web.Request) -> web.Response:
    """Read quotas anew; the results have the tokens as their names."""
    _fail(request)
    body = request[BODY]
    several = body.get("tokens")
    asked = [each for each in several if isinstance(each, str)] if isinstance(several, list) else []
    if isinstance(body.get("token"), str):
        asked.append(str(body["token"]))
    if not asked:
        error = {"message": "400: No tokens provided", "type": "server_error", "param": None, "code": None}
        return json_response({"error": error}, status=500)
    return json_response({"status": "success", "results": request.app[ACCOUNTS].refresh(asked)})


@admin.post("/control/accounts")
async def arrange(request: web.Request) -> web.Response:
    """Lay out accounts and moods: `{"count": 10000, "deaf": true}`; a mood that is not named ends."""
    body = parse_json(await request.read())
    accounts = request.app[ACCOUNTS]
    if isinstance(count := body.pop("count", None), int):
        accounts.fill(count)
    accounts.mood = replace(type(accounts.mood)(), **{str(name): bool(value) for name, value in body.items()})
    return json_response({"mood": asdict(accounts.mood), "pools": accounts.pools, "writes": accounts.writes})


def _fail(request: web.Request) -> None:
    """Fail as the mood has it, with every token in the text and as a field's name."""
    accounts = request.app[ACCOUNTS]
    if accounts.mood.leaks and request.path.endswith("refresh"):
        first = next(row["token"] for rows in accounts.pools.values() for row in rows)
        raise ApiError(500, f"no session for {first} (sso={first})", code=first, kind="server_error")
