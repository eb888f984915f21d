from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from bot.services.media import ClipFetching, VideoOrder, VideoService
from tests.grok.scripted import STOP, Server, reply, sse

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(64)


async def link_of(base_url: str, folder: Path) -> str:
    """Return the link that goes with a clip of the server at `base_url`."""
    server = Server(reply(sse(f"[video]({base_url}/files/video/a.mp4)", STOP)), reply(MP4, kind="video/mp4"))
    service = VideoService(server.client(base_url=base_url), model="clips", max_bytes=10_000)
    async with aclosing(service.film(VideoOrder("a cat"), folder)) as updates:
        [link] = [update.link async for update in updates if isinstance(update, ClipFetching)]
    return link


@pytest.mark.parametrize("host", ["https://grok.example.org", "http://93.184.215.14:8000", "https://[2606:2800::1]"])
async def test_a_clip_that_anybody_can_open_is_linked(tmp_path: Path, host: str) -> None:
    assert await link_of(f"{host}/v1", tmp_path) == f"{host}/v1/files/video/a.mp4"


PRIVATE = [
    "http://localhost:8000",
    "http://127.0.0.1:8000",
    "http://192.168.1.5",
    "http://[::1]:8000",
    "http://[fd00::5]",
    "http://grok2api:8000",
    "http://grok.internal",
    "http://grok.local.",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_an_address_inside_a_private_network_is_not_shown(tmp_path: Path, host: str) -> None:
    assert await link_of(f"{host}/v1", tmp_path) == ""
