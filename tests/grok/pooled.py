"""Upstreams of a pool that are scripted servers."""

from __future__ import annotations

from typing import Any

import httpx

from bot.grok.client import GrokClient
from bot.grok.upstream import Upstream
from bot.secret import Secret
from tests.grok.scripted import Server


def upstream(name: str, server: Server, **more: Any) -> Upstream:  # Any: fields of an upstream
    """Return an upstream at `https://NAME.example.org/v1` with the key `key-of-NAME`."""
    base_url = more.pop("base_url", f"https://{name}.example.org/v1")

    def client(most_attempts: int | None) -> GrokClient:
        return GrokClient(
            httpx.AsyncClient(transport=httpx.MockTransport(server._answer)),
            base_url=base_url,
            api_key=Secret(f"key-of-{name}"),
            clock=server.time.clock,
            sleep=server.time.sleep,
            random=lambda: 0.5,
            most_attempts=most_attempts,
            dialect="adaptive",  # probes would take the answers of the script
        )

    return Upstream(name, client(None), client(1), base_url, **more)
