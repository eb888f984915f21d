"""One streamed reply on its socket: events are framed, written at once, and noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring

from aiohttp import web

from sandbox.grok.journal import Emissions
from sandbox.grok.voice import Voice, around_text

EARLY_S = 0.0005  # a timer that fires this much too soon counts as on time


@dataclass(frozen=True, slots=True)
class Framing:
    """How events are written: the line end, the space after the colon, and whether every byte travels alone."""

    line_end: bytes = b"\n"
    space: bytes = b" "
    is_byte_by_byte: bool = False

    def event(self, data: bytes, name: str | None = None) -> bytes:
        """Return the bytes of one event."""
        head = b"event:%b%b%b" % (self.space, name.encode(), self.line_end) if name else b""
        return b"%bdata:%b%b%b%b" % (head, self.space, data, self.line_end, self.line_end)

    def chunks(self, event: bytes) -> bytes:
        """Return the event as parts of a chunked body."""
        if self.is_byte_by_byte:
            return b"".join(b"1\r\n%c\r\n" % byte for byte in event)
        return b"%x\r\n%b\r\n" % (len(event), event)


class Wire:
    """Writes straight to the transport: no task is woken and nothing is awaited for a token.

    A reader too slow for its answer is buffered; answers are small.
    """

    def __init__(self, framing: Framing, emissions: Emissions) -> None:
        self._framing = framing
        self._emissions = emissions
        self._response = web.StreamResponse()
        self._transport: asyncio.Transport | None = None

    async def open(self, request: web.Request, headers: dict[str, str]) -> None:
        """Send the head of the reply."""
        self._response.headers.update(headers)
        self._response.content_type = "text/event-stream"
        self._response.charset = "utf-8"
        self._response.headers["Cache-Control"] = "no-cache"
        self._response.enable_chunked_encoding()
        await self._response.prepare(request)
        self._transport = request.transport

    @property
    def is_gone(self) -> bool:
        """Whether the reader has hung up."""
        return self._transport is None or self._transport.is_closing()

    def send(self, data: str, *, name: str | None = None, chars: int = 0) -> None:
        """Write one event carrying `chars` characters of content."""
        self.write(self._framing.event(data.encode(), name))
        if chars:
            self._emissions.note(chars)

    def send_line(self, line: str) -> None:
        """Write one line that is no data, as an event of its own."""
        self.write(line.encode() + self._framing.line_end * 2)

    def write(self, raw: bytes) -> None:
        """Write bytes of the body."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._framing.chunks(raw))

    async def send_paced(self, pieces: Sequence[str], key: str, per_s: float, voice: Voice) -> None:
        """Write the pieces, the first now and the others `per_s` a second by the clock; late ones catch up."""
        if not pieces:
            return
        encode = self._encoder(*around_text(voice, key))
        await _Ticker(len(pieces), per_s, lambda index: self._send_piece(pieces[index], encode)).run()

    def _encoder(self, before: bytes, after: bytes) -> Callable[[str], bytes]:
        end = self._framing.line_end
        before = b"data:" + self._framing.space + before
        after = after + end + end
        return lambda text: b"%b%b%b" % (before, encode_basestring(text).encode(), after)

    def _send_piece(self, piece: str, encode: Callable[[str], bytes]) -> bool:
        if self.is_gone:
            return False
        self.write(encode(piece))
        self._emissions.note(len(piece))
        return True

    async def close(self) -> web.StreamResponse:
        """End the body cleanly."""
        self._emissions.finish()
        if not self.is_gone:
            await self._response.write_eof()
        return self._response

    def drop(self) -> None:
        """Tear the connection down."""
        if self._transport is not None:
            self._transport.abort()


class _Ticker:
    """Calls `act` for 0, 1, 2 … at an absolute schedule with one timer, so that delays never add up."""

    def __init__(self, count: int, per_s: float, act: Callable[[int], bool]) -> None:
        self._loop = asyncio.get_running_loop()
        self._count = count
        self._gap_s = 1 / per_s
        self._act = act
        self._next = 0
        self._start = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Wait until all were called, or one said that there is no use going on."""
        self._tick()
        try:
            await self._ended
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _tick(self) -> None:
        try:
            self._act_on_time()
        except Exception as failed:  # a timer has no caller; whoever waits is told
            if not self._ended.done():
                self._ended.set_exception(failed)

    def _act_on_time(self) -> None:
        now = self._loop.time() + EARLY_S
        while self._next < self._count and self._start + self._next * self._gap_s <= now:
            if not self._act(self._next):
                self._next = self._count
                break
            self._next += 1
        if self._next >= self._count:
            if not self._ended.done():
                self._ended.set_result(None)
            return
        self._timer = self._loop.call_at(self._start + self._next * self._gap_s, self._tick)
