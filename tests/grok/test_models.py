from __future__ import annotations

import httpx
import pytest

from bot.errors import UpstreamError, UpstreamKeyRefused, UpstreamTimeout, UpstreamUnavailable, UpstreamUnsupported
from bot.grok.models import parse_models
from bot.grok.types import Model
from tests.grok.scripted import Server, reply

ROWS = b'[{"id":"grok-4","owned_by":"xai","created":0},{"id":"m","owned_by":7},{"name":"x"},"plain",null,{"id":""}]'
MODELS = (Model("grok-4", "xai"), Model("m"), Model("plain"))


@pytest.mark.parametrize("body", [b'{"object":"list","data":%b}' % ROWS, b'{"models":%b}' % ROWS, ROWS])
def test_rows_are_read_wherever_they_stand(body: bytes) -> None:
    assert parse_models(body) == MODELS


BODIES: dict[bytes, type[UpstreamError]] = {
    b"<!DOCTYPE html><html></html>": UpstreamUnsupported,
    b"not json": UpstreamUnavailable,
    b'{"error":{"message":"Invalid api key"}}': UpstreamKeyRefused,
    b"{}": UpstreamUnavailable,
}


@pytest.mark.parametrize(("body", "kind"), BODIES.items())
def test_what_is_no_list_is_an_error(body: bytes, kind: type[UpstreamError]) -> None:
    with pytest.raises(UpstreamError) as caught:
        parse_models(body)
    assert type(caught.value) is kind


async def test_the_list_is_asked_for_with_the_key_and_again_after_an_outage() -> None:
    server = Server(httpx.ConnectError("away"), reply(b"", status=503), reply({"data": [{"id": "grok-4"}]}))
    assert await server.client().models() == (Model("grok-4"),)
    assert server.paths == ["/models"] * 3
    assert server.requests[0].method == "GET"


VERDICTS = {
    "refused": (401, {"error": {"message": "Invalid authentication token"}}, UpstreamKeyRefused),
    "refused by xAI": (400, {"code": "x", "error": "Incorrect API key provided: na***ys."}, UpstreamKeyRefused),
    "wrong address": (404, {"detail": "Not Found"}, UpstreamUnsupported),
}


@pytest.mark.parametrize(("status", "body", "kind"), VERDICTS.values(), ids=VERDICTS.keys())
async def test_what_is_wrong_is_told(status: int, body: dict[str, object], kind: type[UpstreamError]) -> None:
    with pytest.raises(UpstreamError) as caught:
        await Server(reply(body, status=status)).client().verify()
    assert type(caught.value) is kind


async def test_a_server_that_asks_for_no_key_passes() -> None:
    await Server(reply({"data": []})).client(key="").verify()


async def test_a_silent_server_is_told() -> None:
    with pytest.raises(UpstreamTimeout):
        await Server(httpx.ReadTimeout("silent")).client().verify()
