"""The local Discord with something changed on the way: what a real one may answer, but the local one never does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.serving import on_a_socket

Change = Callable[[str, Any], Any]  # path and JSON to JSON


@asynccontextmanager
async def odd_discord(api: str, change: Change, date: str = "") -> AsyncIterator[str]:
    """Hand requests on to the API at `api`. change: its answers. date: what its clock says, "" for the right time."""

    async def hand_on(request: web.Request) -> web.Response:
        headers = {"Authorization": request.headers["Authorization"]}
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{api}/{request.match_info['path']}", params=request.query, headers=headers) as told,
        ):
            body = change(request.match_info["path"], await told.json())
            answer = web.json_response(body, status=told.status)
        if date:
            answer.headers["Date"] = date
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", hand_on)
    async with on_a_socket(app) as url:
        yield url
