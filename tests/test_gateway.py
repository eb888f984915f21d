"""Asking Discord about its gateway, and what happens when it does not say."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.errors import GatewayAwayError, TokenRefusedError
from bot.gateway import Gateway, ask_gateway
from bot.secret import Secret
from sandbox.server import Options, Sandbox
from tests.serving import on_a_socket

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens
TOKEN = "t0ken"


async def test_discord_says_where_its_gateway_is_and_how_many_shards_to_use() -> None:
    async with Sandbox(Options(token=TOKEN, shards=4)) as sandbox:
        gateway = await ask_gateway(sandbox.api, Secret(TOKEN))
        assert gateway == Gateway(sandbox.origin.replace("http", "ws") + "/gateway", 4, 4)


async def test_a_token_that_is_refused_is_told_from_a_server_that_is_away() -> None:
    async with Sandbox(Options(token=TOKEN)) as sandbox:
        with pytest.raises(TokenRefusedError):
            await ask_gateway(sandbox.api, Secret("another"))
        with pytest.raises(GatewayAwayError):
            await ask_gateway(sandbox.origin, Secret(TOKEN))  # something answers, but not Discord
    with pytest.raises(GatewayAwayError):
        await ask_gateway(NOWHERE, Secret(TOKEN))


@pytest.mark.parametrize("body", [b"<html>", b'{"url": "\xff"}', b'{"a":' + b"[" * 50_000])
async def test_an_answer_that_cannot_be_read_is_a_server_that_is_away(body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    app = web.Application()
    app.router.add_get("/gateway/bot", answer)
    async with on_a_socket(app) as url:
        with pytest.raises(GatewayAwayError):
            await ask_gateway(url, Secret(TOKEN))
