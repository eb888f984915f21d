"""What no server should send, over real sockets: only errors of ours come out, in bounded memory, and no key leaks."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UpstreamError, UpstreamInterrupted, UpstreamRefused, UpstreamUnavailable
from bot.grok.client import GrokClient
from bot.grok.http import Timing, make_http
from bot.grok.models import parse_models
from bot.grok.types import ImageRequest, VideoRequest
from bot.secret import Secret
from tests.grok.scripted import ASK, STOP, sse
from tests.grok.test_sockets import read_request

MIB = 2**20
ROOM = 100 * MIB  # what may be held for the largest answer that is taken: 64 MiB of JSON, and a copy of its end
Order = Callable[[GrokClient], Awaitable[object]]


async def no_sleep(_: float) -> None:
    """Wait for nothing."""


def answer(body: bytes, kind: str = "application/json", status: str = "200 OK", **more: str) -> list[bytes]:
    fields = {"content-type": kind, "content-length": str(len(body)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return [f"HTTP/1.1 {status}\r\n{head}\r\n".encode(), body]


@asynccontextmanager
async def saying(
    pieces: list[bytes], heard: list[bytes] | None = None, video_s: float = 60.0
) -> AsyncIterator[GrokClient]:
    """Serve the same answer to every request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            request = await read_request(reader)
            if heard is not None:
                heard.append(request)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, make_http() as http:
        timing = Timing(poll_s=0.0, video_deadline_s=video_s)
        yield GrokClient(
            http, base_url=url, api_key=Secret("key-example"), timing=timing, sleep=no_sleep, dialect="adaptive"
        )


async def listen(client: GrokClient) -> list[object]:
    async with aclosing(client.stream_chat(ASK)) as events:
        return [event async for event in events]


async def film(client: GrokClient) -> list[object]:
    async with aclosing(client.stream_video(VideoRequest("m", "a cat"))) as events:
        return [event async for event in events]


async def follow(client: GrokClient) -> object:
    async with aclosing(client.follow_video("7")) as events:
        return await anext(events)


async def probe(client: GrokClient) -> object:
    http, url = client._wire._http, client._wire.endpoint.root
    return await GrokClient(http, base_url=url, api_key=Secret("k"), sleep=no_sleep).capabilities()


ORDERS: dict[str, Order] = {
    "stream": listen,
    "chat": lambda client: client.chat(ASK),
    "models": lambda client: client.models(),
    "one picture": lambda client: client.generate_images(ImageRequest("m", "a cat")),
    "several": lambda client: client.generate_images(ImageRequest("m", "a cat", count=2)),
    "clip": film,
    "job": follow,
    "probe": probe,
}
EVERY_ORDER = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
PAID = pytest.mark.parametrize("order", [ORDERS[name] for name in ORDERS if name != "probe"])


# pages


@PAID
async def test_a_page_with_status_200_is_an_error(order: Order) -> None:
    page = b"<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>"
    async with saying(answer(page, "text/html")) as client:
        with pytest.raises(UpstreamError) as caught:
            await order(client)
    assert "<" not in caught.value.message
    assert "nginx" not in caught.value.message


# wrong types

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(max_size=8) | st.sampled_from(["error", "stop", "http://[", "//"])
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS
KEYS = """
choices delta message content finish_reason index usage error code type data url b64_json id owned_by created status
progress video request_id poster respect_moderation block_reason citations annotations object models
"""
NAMES = st.sampled_from(KEYS.split())
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))
CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(st.dictionaries(NAMES, JSON, max_size=4) | JSON, max_size=3),
        "error": JSON,
        "data": st.lists(st.dictionaries(NAMES, JSON, max_size=4) | JSON, max_size=3),
        "status": LEAVES,
        "video": JSON,
        "request_id": JSON,
    },
)


@EVERY_ORDER
@settings(deadline=None)
@given(body=JSON | CHUNK, is_streamed=st.booleans(), status=st.sampled_from(["200 OK", "400 Bad", "500 Worse"]))
def test_json_with_wrong_types_everywhere_gives_an_answer_or_an_error_of_ours(
    order: Order, body: object, is_streamed: bool, status: str
) -> None:
    async def run() -> None:
        written = json.dumps(body).encode()
        kind = "text/event-stream" if is_streamed else "application/json"
        content = b"data: " + written + b"\n\n" if is_streamed else written
        async with saying(answer(content, kind, status), video_s=0.02) as client:
            with suppress(UpstreamError):
                await order(client)

    asyncio.run(run())


NESTED = b"[" * 50_000 + b"]" * 50_000
UNREADABLE = {
    "no UTF-8": b'{"error": "\xff"}',
    "lists within lists": NESTED,
    "lists in a field": b'{"choices": [{"delta": {"content": "a"}, "logprobs": ' + NESTED + b"}]}",
}


@EVERY_ORDER
@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_json_that_cannot_be_read_is_an_error_of_ours(
    order: Order, body: bytes, status: str, *, is_streamed: bool
) -> None:
    content = b"data: " + body + b"\n\n" if is_streamed else body
    kind = "text/event-stream" if is_streamed else "application/json"
    async with saying(answer(content, kind, status), video_s=0.02) as client:
        with suppress(UpstreamError):
            await order(client)


@given(st.binary(max_size=200))
def test_a_list_of_models_may_be_anything(body: bytes) -> None:
    with suppress(UpstreamError):
        parse_models(body)


# another kind than was asked for


async def test_events_that_nobody_asked_for_are_read() -> None:
    async with saying(answer(sse("Hi", STOP).encode(), "text/event-stream")) as client:
        assert (await client.chat(ASK)).text == "Hi"


async def test_json_where_a_stream_was_asked_for_is_read() -> None:
    whole = json.dumps({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}).encode()
    async with saying(answer(whole)) as client:
        assert [getattr(event, "text", "") for event in await listen(client)] == ["Hi", ""]


# another host


@PAID
async def test_the_key_does_not_follow_to_another_host(order: Order) -> None:
    elsewhere: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        elsewhere.append(await reader.read(100))
        writer.close()

    other = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    heard: list[bytes] = []
    async with other:
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            moved = answer(b"", status=status, location=f"http://localhost:{port}/v1/models")
            async with saying(moved, heard) as client:
                with pytest.raises(UpstreamRefused, match="redirects"):
                    await order(client)
    assert elsewhere == []
    assert all(b"uthorization: Bearer key-example" in request for request in heard)
    assert len(heard) >= 4


# too much


@asynccontextmanager
async def held_at_most(limit_bytes: int) -> AsyncIterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit_bytes
    finally:
        tracemalloc.stop()


def bomb(size_bytes: int, packing: str, start: bytes = b"") -> bytes:
    """Pack a gigantic text without ever holding it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS if packing == "gzip" else zlib.MAX_WBITS)
    pieces = [packer.compress(start)]
    pieces += [packer.compress(b"a" * MIB) for _ in range(size_bytes // MIB)]
    return b"".join([*pieces, packer.flush()])


BOMBS = {"gzip": bomb(1024 * MIB, "gzip", b'{"data": "'), "deflate": bomb(256 * MIB, "deflate", b'{"data": "')}


@pytest.mark.parametrize("packing", BOMBS)
@PAID
async def test_a_bomb_is_unpacked_no_further_than_is_bearable(order: Order, packing: str) -> None:
    assert len(BOMBS[packing]) < 2 * MIB
    async with saying(answer(BOMBS[packing], content_encoding=packing)) as client, held_at_most(ROOM):
        with pytest.raises(UpstreamError, match="too large"):
            await order(client)


async def test_a_bomb_of_events_is_unpacked_no_further_than_one_event_may_be() -> None:
    packed = bomb(256 * MIB, "gzip", b"data: ")
    async with saying(answer(packed, "text/event-stream", content_encoding="gzip")) as client, held_at_most(ROOM):
        with pytest.raises(UpstreamError, match="too large"):
            await listen(client)


async def test_a_bomb_among_errors_is_an_error_like_others() -> None:
    packed = bomb(256 * MIB, "gzip")
    async with saying(answer(packed, status="400 Bad", content_encoding="gzip")) as client, held_at_most(8 * MIB):
        with pytest.raises(UpstreamRefused):
            await client.chat(ASK)


@pytest.mark.parametrize("packing", ["gzip", "x-gzip"])
async def test_a_packed_answer_is_read_whole(packing: str) -> None:
    body = gzip.compress(sse("Hi " * 100_000, STOP).encode())
    async with saying(answer(body, "text/event-stream", content_encoding=packing)) as client:
        assert (await client.chat(ASK)).text == "Hi " * 100_000


@pytest.mark.parametrize(
    ("body", "packing"), [(b"no gzip", "gzip"), (b"x" * 99, "br"), (b"x" * 99, "zstd"), (b"x" * 99, "gzip, gzip")]
)
async def test_what_cannot_be_unpacked_broke_off(body: bytes, packing: str) -> None:
    async with saying(answer(body, content_encoding=packing)) as client:
        with pytest.raises(UpstreamInterrupted):
            await client.chat(ASK)


ENDLESS = {
    "events": ("text/event-stream", b"data: "),
    "a field": ("text/event-stream", b""),
    "a comment": ("text/event-stream", b": "),
    "a page": ("text/html", b""),
    "blanks": ("application/json", b" "),
}


@pytest.mark.parametrize(("kind", "start"), ENDLESS.values(), ids=ENDLESS.keys())
@PAID
async def test_fifty_megabytes_without_a_line_end_are_not_held(order: Order, kind: str, start: bytes) -> None:
    filler = b" " if start == b" " else b"a"
    head, _ = answer(b"", kind, content_length=str(len(start) + 50 * MIB))
    async with saying([head, start, *[filler * MIB] * 50]) as client, held_at_most(ROOM):
        with pytest.raises(UpstreamError):
            await order(client)


async def test_a_page_without_an_end_is_left_at_once() -> None:
    head, _ = answer(b"", "text/html", content_length=str(50 * MIB))
    async with saying([head, *[b"a" * MIB] * 50]) as client, held_at_most(8 * MIB):
        with pytest.raises(UpstreamUnavailable):
            await client.chat(ASK)
