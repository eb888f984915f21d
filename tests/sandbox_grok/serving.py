"""Starts demo servers for tests, and asks them."""

from __future__ import annotations

import base64
import io
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx
from PIL import Image

from sandbox.grok.app import make_app
from sandbox.grok.settings import DemoSettings
from tests.serving import on_a_socket

KEY = "test-key"
QUICK = DemoSettings(key=KEY, tokens_per_s=20_000, first_token_s=0, image_s=0.03, video_s=0.1)
CHAT, IMAGE, EDIT, VIDEO = "grok-3", "grok-imagine-1.0", "grok-imagine-1.0-edit", "grok-imagine-1.0-video"
QUESTION = "tell me of tides"
Json = dict[str, Any]  # whatever a server sends


@dataclass(frozen=True, slots=True)
class SentEvent:
    """One server-sent event as it arrived. name: "" where there was no event line."""

    name: str
    data: str

    @property
    def json(self) -> Json:
        """The object in the event."""
        value = json.loads(self.data)
        assert isinstance(value, dict)
        return value


def parse_events(body: str) -> list[SentEvent]:
    """Cut a body with plain line ends into events; comments and other lines are left out."""
    events = []
    for block in body.split("\n\n"):
        lines = block.split("\n")
        name = next((line[7:] for line in lines if line.startswith("event: ")), "")
        data = [line[6:] for line in lines if line.startswith("data: ")]
        if data:
            events.append(SentEvent(name, "\n".join(data)))
    return events


def contents(body: str) -> list[str]:
    """Return the content of every chunk that has some."""
    found = []
    for event in parse_events(body):
        if event.data == "[DONE]":
            continue
        for choice in list_at(event.json, "choices"):
            content = choice.get("delta", {}).get("content")
            if isinstance(content, str) and content:
                found.append(content)
    return found


def list_at(body: Json, key: str) -> list[Json]:
    """Return a list of objects in a JSON body, [] where there is none."""
    value = body.get(key)
    return value if isinstance(value, list) else []


def finishes(body: str) -> list[object]:
    """Return every finish reason that was sent."""
    chunks = [event.json for event in parse_events(body) if event.data != "[DONE]"]
    reasons = [choice.get("finish_reason") for chunk in chunks for choice in list_at(chunk, "choices")]
    return [reason for reason in reasons if reason is not None]


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client of one running demo server."""

    http: httpx.AsyncClient
    root: str

    async def chat(
        self, prompt: str | list[Json], *, model: str = CHAT, stream: bool | None = True, **more: object
    ) -> httpx.Response:
        """Ask one question."""
        body: Json = {"model": model, "messages": [{"role": "user", "content": prompt}], **more}
        if stream is not None:
            body["stream"] = stream
        return await self.post("/v1/chat/completions", body)

    async def post(self, path: str, body: object) -> httpx.Response:
        """Send JSON."""
        return await self.http.post(path, json=body)

    async def next_fault(self, name: str, times: int = 1, path: str = "") -> None:
        """Lay out a fault."""
        answer = await self.post("/control/next", {"name": name, "times": times, "path": path})
        assert answer.status_code == 200, answer.text

    async def message(self, prompt: str | list[Json], **more: object) -> str:
        """Ask without a stream and return the content."""
        answer = await self.chat(prompt, stream=False, **more)  # type: ignore[arg-type]  # passed on as they are
        assert answer.status_code == 200, answer.text
        content = answer.json()["choices"][0]["message"]["content"]
        assert isinstance(content, str)
        return content


async def whole_text(demo: DemoClient) -> str:
    """Return what the demo answers to `QUESTION` when nothing goes wrong."""
    return await demo.message(QUESTION)


async def stream(demo: DemoClient, fault: str) -> str:
    """Ask `QUESTION` with a fault and return the body of the stream."""
    answer = await demo.chat(f"[[{fault}]] {QUESTION}")
    assert answer.status_code == 200, answer.text
    return answer.text


@cache
def _tls() -> ssl.SSLContext:
    # Nothing here is encrypted, but every client would read the certificates anew: most of a short test's time.
    return ssl.create_default_context()


def http_client(*, base_url: str = "", headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """Return a client for servers on loopback."""
    return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=20, verify=_tls())


@asynccontextmanager
async def demo_server(**changes: object) -> AsyncIterator[DemoClient]:
    """Serve on a free port with the settings for tests, changed as given."""
    settings = replace(QUICK, **changes)  # type: ignore[arg-type]  # names of fields
    headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
    async with on_a_socket(make_app(settings)) as root, http_client(base_url=root, headers=headers) as http:
        yield DemoClient(http, root)


def png(width: int = 64, height: int = 48, colour: str = "#2050d0") -> bytes:
    """Return a picture of one colour."""
    with io.BytesIO() as file:
        Image.new("RGB", (width, height), colour).save(file, "PNG")
        return file.getvalue()


def data_uri(raw: bytes) -> str:
    """Return a picture as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(raw).decode()}"


def with_picture(text: str, raw: bytes | None = None) -> list[Json]:
    """Return a message of a text and a picture."""
    image: Json = {"type": "image_url", "image_url": {"url": data_uri(png() if raw is None else raw)}}
    return [{"type": "text", "text": text}, image]


def opened(raw: bytes) -> Image.Image:
    """Return the picture in a file."""
    with Image.open(io.BytesIO(raw)) as picture:
        picture.load()
        return picture.copy()
