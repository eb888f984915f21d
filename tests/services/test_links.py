from __future__ import annotations

import pytest

from bot.services.links import public_link


@pytest.mark.parametrize("host", ["https://grok.example.org", "http://93.184.215.14:8000", "https://[2606:2800::1]"])
def test_a_clip_that_anybody_can_open_is_linked(host: str) -> None:
    assert public_link(f"{host}/v1/files/video/a.mp4") == f"{host}/v1/files/video/a.mp4"


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
def test_an_address_inside_a_private_network_is_not_shown(host: str) -> None:
    assert public_link(f"{host}/v1/files/video/a.mp4") == ""
