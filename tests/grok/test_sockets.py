"""The client over real connections: what httpx and the network do, not what a double pretends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import MediaError, UpstreamInterrupted, UpstreamTimeout, UpstreamUnavailable
from bot.grok import addresses, exchange
from bot.grok.attempts import Patience
from bot.grok.client import GrokClient
from bot.grok.endpoint import Endpoint
from bot.grok.http import Timing, make_http
from bot.grok.media import MediaFetcher
from bot.grok.types import ChatEvent, Finished, ImageRequest, MediaRef, TextDelta, VideoProgress, VideoRequest
from bot.secret import Secret
from tests.grok.scripted import ASK, STOP, sse

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def framed(text: str) -> bytes:
    body = text.encode()
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


class Listener:
    """A server on loopback. connections: how many were made to it."""

    def __init__(self, handle: Handler) -> None:
        self.connections = 0
        self.port = 0
        self._handle = handle

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._handle(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went
        finally:
            writer.close()


@asynccontextmanager
async def listening(handle: Handler, timing: Timing | None = None) -> AsyncIterator[tuple[GrokClient, Listener]]:
    listener = Listener(handle)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]

    async def no_sleep(_: float) -> None:
        """Wait for nothing."""

    async with server, make_http() as http:
        url = f"http://127.0.0.1:{listener.port}/v1"
        yield (
            GrokClient(
                http, base_url=url, api_key=Secret("k"), timing=timing or Timing(), sleep=no_sleep, dialect="adaptive"
            ),
            listener,
        )


async def listen(client: GrokClient) -> list[ChatEvent]:
    async with aclosing(client.stream_chat(ASK)) as events:
        return [event async for event in events]


async def test_a_connection_serves_one_answer_after_the_other() -> None:
    async def keep_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(HEAD + framed(sse("Hel", "lo", STOP)))
            await writer.drain()
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    async with listening(keep_alive) as (client, listener):
        for _ in range(3):
            assert await listen(client) == [TextDelta("Hel"), TextDelta("lo"), Finished("stop")]
        assert listener.connections == 1


async def test_a_connection_cut_after_text_is_an_interruption() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD + framed(sse("a", done=False)) + b"ff\r\ndata: {")

    async with listening(cut) as (client, listener):
        with pytest.raises(UpstreamInterrupted):
            await listen(client)
        assert listener.connections == 1


async def test_a_connection_cut_before_the_answer_is_tried_again() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        if listener.connections > 1:
            writer.write(HEAD + framed(sse("a", STOP)) + b"0\r\n\r\n")

    async with listening(cut) as (client, listener):
        assert await listen(client) == [TextDelta("a"), Finished("stop")]
        assert listener.connections == 2


async def test_silence_ends_the_wait() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD)
        await reader.read()

    async with listening(silent, Timing(silence_s=0.05)) as (client, _):
        with pytest.raises(UpstreamTimeout):
            await listen(client)


async def test_the_deadline_ends_a_wait_that_silence_would_not() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD)
        await reader.read()

    async with listening(silent, Timing(chat_deadline_s=0.05)) as (client, _):
        with pytest.raises(UpstreamTimeout):
            await listen(client)


async def test_after_a_finish_reason_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_TAIL_S", 0.05)

    async def lingers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD + framed(sse("a", STOP, done=False)))
        await reader.read()

    async with listening(lingers) as (client, _):
        assert await listen(client) == [TextDelta("a"), Finished("stop")]


async def test_a_hundred_answers_run_at_once() -> None:
    everybody = asyncio.Barrier(100)

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await everybody.wait()  # nobody is answered before all have asked
        writer.write(HEAD + framed(sse("a", STOP)) + b"0\r\n\r\n")

    async with listening(together) as (client, _), asyncio.timeout(20):
        answers = await asyncio.gather(*(listen(client) for _ in range(100)))
    assert answers == [[TextDelta("a"), Finished("stop")]] * 100


async def test_nobody_listening_is_unavailable() -> None:
    async def nobody(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        """Never called."""

    async with listening(nobody) as (_, listener):
        port = listener.port
    async with make_http() as http:

        async def no_sleep(_: float) -> None:
            """Wait for nothing."""

        client = GrokClient(http, base_url=f"http://127.0.0.1:{port}", api_key=Secret("k"), sleep=no_sleep)
        with pytest.raises(UpstreamUnavailable):
            await listen(client)


async def test_a_pinned_connection_still_asks_for_the_host_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    greetings: list[bytes] = []

    async def greet(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        greetings.append(await reader.read(4096))

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async def no_sleep(_: float) -> None:
        """Wait for nothing."""

    async with listening(greet) as (_, listener), make_http() as http:
        patience = Patience(lambda: 0.0, no_sleep, lambda: 0.0)
        fetcher = MediaFetcher(http, Endpoint("https://grok.example"), Secret("k"), Timing(), patience, here)
        ref = MediaRef(f"https://cdn.example:{listener.port}/a")
        with pytest.raises(MediaError):
            await fetcher.fetch(ref, tmp_path, kind="image", max_bytes=9)
    assert b"cdn.example" in greetings[0]


# leaving


class Watched:
    """A server that answers a path's first request with `begin` and then waits for the client to hang up."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self.has_begun = asyncio.Event()
        self.has_seen_the_end = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await read_request(reader)).split(b" ", 2)[1]
            writer.write(self._answers[path])
            await writer.drain()
            if self._answers[path].startswith(HEAD) or not self._answers[path]:
                self.has_begun.set()
                await reader.read()  # until the client is gone
                self.has_seen_the_end.set()
                return


def whole(status: int, body: str) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return f"{head}{body}".encode()


CHAT, JOBS, JOB = b"/v1/chat/completions", b"/v1/videos/generations", b"/v1/videos/7"
GOING_ON = HEAD + framed(sse("25%\n", done=False))
NO_CHAT = whole(400, '{"error":{"code":"unsupported_parameter","message":"no"}}')
WAITS: dict[str, dict[bytes, bytes]] = {
    "while it counts up": {CHAT: GOING_ON},
    "before it answers": {CHAT: b""},
    "while a job is taken": {CHAT: NO_CHAT, JOBS: b""},
    "while a job is asked about": {CHAT: NO_CHAT, JOBS: whole(200, '{"request_id":"7"}'), JOB: b""},
}


async def draw(client: GrokClient) -> None:
    await client.generate_images(ImageRequest("m", "a cat"))


async def film(client: GrokClient) -> None:
    async with aclosing(client.stream_video(VideoRequest("m", "a cat"))) as events:
        async for _ in events:
            pass


async def follow(client: GrokClient) -> None:
    async with aclosing(client.follow_video("7")) as events:
        async for _ in events:
            pass


@pytest.mark.parametrize(
    ("order", "answers"),
    [
        *((film, answers) for answers in WAITS.values()),
        (draw, WAITS["while it counts up"]),
        (draw, WAITS["before it answers"]),
        (follow, {JOB: b""}),
    ],
)
async def test_a_cancelled_order_hangs_up_at_once(
    order: Callable[[GrokClient], Awaitable[None]], answers: dict[bytes, bytes]
) -> None:
    watched = Watched(answers)
    async with listening(watched.handle) as (client, _), asyncio.timeout(10):
        ordering = asyncio.ensure_future(order(client))
        await watched.has_begun.wait()
        ordering.cancel()
        await asyncio.wait([ordering])
        assert ordering.cancelled()
        await watched.has_seen_the_end.wait()


async def test_a_clip_that_is_left_early_hangs_up_at_once() -> None:
    watched = Watched({CHAT: GOING_ON})
    async with listening(watched.handle) as (client, _), asyncio.timeout(10):
        async with aclosing(client.stream_video(VideoRequest("m", "a cat"))) as events:
            assert await anext(events) == VideoProgress(25.0)
        await watched.has_seen_the_end.wait()


async def test_a_failing_preview_ends_the_order_for_a_picture() -> None:
    preview = {"choices": [{"index": 0, "delta": {"content": "![image](/v1/files/image/a.png)"}}]}
    watched = Watched({CHAT: HEAD + framed(f"event: chat.completion.chunk\n{sse(preview, done=False)}")})

    async def leave(_: MediaRef) -> None:
        raise EOFError

    async with listening(watched.handle) as (client, _), asyncio.timeout(10):
        with pytest.raises(EOFError):
            await client.generate_images(ImageRequest("m", "a cat"), on_preview=leave)
        await watched.has_seen_the_end.wait()


EVERY_KIND: dict[str, Callable[[GrokClient], Awaitable[object]]] = {"chat": listen, "image": draw, "video": film}
SILENCE_S, DEADLINE_S = 0.15, 0.6


@pytest.mark.parametrize("ask", EVERY_KIND.values(), ids=EVERY_KIND)
async def test_comments_count_as_life_and_a_trickle_has_a_deadline(
    ask: Callable[[GrokClient], Awaitable[object]],
) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD)
        while not writer.is_closing():
            writer.write(framed(": keep-alive\n\n"))
            await writer.drain()
            await asyncio.sleep(SILENCE_S / 5)  # the pace of the server

    limits = Timing(
        silence_s=SILENCE_S, chat_deadline_s=DEADLINE_S, image_deadline_s=DEADLINE_S, video_deadline_s=DEADLINE_S
    )
    async with listening(trickle, limits) as (client, listener):
        began = asyncio.get_running_loop().time()
        with pytest.raises(UpstreamTimeout):
            await ask(client)
        assert DEADLINE_S * 0.9 < asyncio.get_running_loop().time() - began < DEADLINE_S * 5
        assert listener.connections == 1


@pytest.mark.parametrize("ask", EVERY_KIND.values(), ids=EVERY_KIND)
async def test_silence_ends_every_kind_of_call(ask: Callable[[GrokClient], Awaitable[object]]) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD)
        await reader.read()

    async with listening(silent, Timing(silence_s=0.05)) as (client, listener):
        with pytest.raises(UpstreamTimeout):
            await ask(client)
        assert listener.connections == 1
