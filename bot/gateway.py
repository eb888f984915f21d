"""What Discord says of its gateway: where it is, how many shards to use, how fast they may begin."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import msgspec

from bot.errors import UNREADABLE_JSON, GatewayAwayError, TokenRefusedError
from bot.secret import Secret

TIMEOUT_S = 10.0
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Gateway:
    """shards: how many Discord recommends. max_concurrency: how many sessions may begin in five seconds."""

    url: str
    shards: int
    max_concurrency: int


class _Limit(msgspec.Struct):
    max_concurrency: int


class _Reply(msgspec.Struct):
    url: str
    shards: int
    session_start_limit: _Limit


async def ask_gateway(api_url: str, token: Secret) -> Gateway:
    """Ask Discord. Raises TokenRefusedError and GatewayAwayError.

    Source: https://discord.com/developers/docs/events/gateway#get-gateway-bot
    """
    headers = {"Authorization": f"Bot {token.reveal()}"}
    timeout = aiohttp.ClientTimeout(TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout) as http,
            http.get(f"{api_url}/gateway/bot") as response,
        ):
            status, body = response.status, await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as away:
        raise GatewayAwayError(type(away).__name__) from away
    if status == UNAUTHORIZED:
        raise TokenRefusedError
    try:
        reply = msgspec.json.decode(body, type=_Reply)
    except UNREADABLE_JSON as odd:
        raise GatewayAwayError(f"status {status}") from odd
    return Gateway(reply.url, max(1, reply.shards), max(1, reply.session_start_limit.max_concurrency))
