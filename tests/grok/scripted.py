"""A Grok server that plays prepared replies, without a socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from bot.grok.client import GrokClient
from bot.grok.finding import NoteBook
from bot.grok.http import Timing
from bot.grok.types import ChatMessage, ChatRequest
from bot.secret import Secret

BASE_URL = "https://grok.example.org/grok/v1"
KEY = "api-key-example"
ASK = ChatRequest("grok-4", (ChatMessage("user", "hi"),))


class Body(httpx.AsyncByteStream):
    """A body in pieces; a piece that is an exception is raised instead."""

    def __init__(self, pieces: Iterable[bytes | Exception]) -> None:
        self._pieces = list(pieces)
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def aclose(self) -> None:
        self.is_closed = True


def reply(
    body: bytes | str | Sequence[bytes | Exception] | Mapping[str, object] = b"",
    *,
    status: int = 200,
    kind: str | None = None,
    **headers: str,
) -> httpx.Response:
    """Make an answer: JSON of a mapping, otherwise an event stream unless `kind` says what it is."""
    if isinstance(body, Mapping):
        body, kind = json.dumps(body).encode(), kind or "application/json"
    if isinstance(body, str):
        body = body.encode()
    pieces = [body] if isinstance(body, bytes) else body
    fields = {"content-type": kind or "text/event-stream; charset=utf-8"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=fields, stream=Body(pieces))


def sse(*payloads: object, done: bool = True) -> str:
    """Write payloads as plain data events; a string is a chunk with that content."""
    lines = [f"data: {json.dumps(chunk(p) if isinstance(p, str) else p, ensure_ascii=False)}\n\n" for p in payloads]
    return "".join(lines) + ("data: [DONE]\n\n" if done else "")


def chunk(
    content: str | None = None, *, finish: str | None = None, index: int = 0, **delta: object
) -> dict[str, object]:
    """Make one chunk of a chat reply."""
    said = ({} if content is None else {"content": content}) | delta
    return {"choices": [{"index": index, "delta": said, "finish_reason": finish}]}


STOP = chunk(finish="stop")


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Server:
    """Plays its replies in order and keeps the requests. A reply may be a function of the request, or an exception."""

    def __init__(self, *replies: httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.time = FakeTime()

    def client(
        self,
        *,
        base_url: str = BASE_URL,
        key: str = KEY,
        timing: Timing | None = None,
        dialect: str = "adaptive",
        notes: NoteBook | None = None,
    ) -> GrokClient:
        return GrokClient(
            httpx.AsyncClient(transport=httpx.MockTransport(self._answer)),
            base_url=base_url,
            api_key=Secret(key),
            timing=timing or Timing(),
            clock=self.time.clock,
            sleep=self.time.sleep,
            random=lambda: 0.5,
            dialect=dialect,
            notes=notes,
        )

    @property
    def paths(self) -> list[str]:
        return [request.url.path.removeprefix("/grok/v1") for request in self.requests]

    def sent(self, number: int = -1) -> dict[str, object]:
        """Return the JSON body of a request."""
        body: dict[str, object] = json.loads(self.requests[number].content)
        return body

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.replies.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)
