"""The demo beside recordings of the real proxy: same status, same refusals, same shapes of streams.

The recordings are not in the repository; see `FOLDER`.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox_grok.serving import DemoClient, data_uri, demo_server, http_client, parse_events, png

CAPTURES = Path(os.environ.get("GROKCORD_CAPTURES") or Path(__file__).parents[3] / "shared" / "captures")
FOLDER = CAPTURES / "grok2api-python" / "186e6bb2"
PLACEHOLDER = "data:image/png;base64,<8x8 png>"
Json = dict[str, Any]  # whatever was recorded

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no recordings: set GROKCORD_CAPTURES to their folder, or put them at {CAPTURES}"
)


def names(*beginnings: str) -> list[str]:
    found = sorted(path.name for path in FOLDER.glob("*")) if FOLDER.is_dir() else []
    return [name for name in found if name.startswith(beginnings)]


@pytest.fixture
async def twin() -> AsyncIterator[DemoClient]:
    """A demo server set up as the recorded proxy was; only its clips are shorter."""
    settings = {"key": "api-key-example", "app_url": "https://grok.example.org/grok", "is_proxy_only": True}
    async with demo_server(**settings) as client:
        await client.next_fault("seconds=0.2")
        yield client


async def ask_again(twin: DemoClient, name: str) -> httpx.Response:
    """Send the recorded request to the demo; a stall is shortened."""
    asked: Json = json.loads((FOLDER / name / "request.json").read_text())
    if "raw_body" in asked:
        content = asked["raw_body"]
    elif "body" in asked:
        content = json.dumps(asked["body"]).replace(PLACEHOLDER, data_uri(png(8, 8)))
        content = content.replace("stall]]", "stall=0.01]]")
    else:
        content = None
    headers = {key: value for key, value in asked["headers"].items() if key.lower() != "content-length"}
    async with http_client(base_url=twin.root) as plain:
        return await plain.request(asked["method"], asked["path"], content=content, headers=headers)


def recorded_status(name: str) -> int:
    return int((FOLDER / name / "response.head").read_text().split()[1])


def recorded_body(name: str) -> str:
    return (FOLDER / name / "response.body").read_text()


REFUSALS = [name for name in names("01-", "03-", "04-") if name not in ("03-empty-messages", "04-nojsonctype")]


@pytest.mark.parametrize("name", REFUSALS)
async def test_it_answers_as_recorded(twin: DemoClient, name: str) -> None:
    answer = await ask_again(twin, name)
    assert answer.status_code == recorded_status(name)
    assert answer.json() == json.loads(recorded_body(name))


@pytest.mark.parametrize("name", names("02-"))
async def test_it_has_no_tokens_as_recorded(twin: DemoClient, name: str) -> None:
    await twin.http.delete("/control/next")
    await twin.next_fault("notokens")
    answer = await ask_again(twin, name)
    assert answer.status_code == recorded_status(name)
    assert answer.json() == json.loads(recorded_body(name))


def shape(value: object) -> object:
    """Return what of a JSON value is the same for every answer: its keys and its kinds."""
    match value:
        case dict():
            return {key: shape(item) for key, item in sorted(value.items())}
        case list():
            return [shape(item) for item in value[:1]]
        case str() | None:
            return type(value).__name__
        case _:
            return "number"


def outline(body: str) -> list[str]:
    """Return the shapes of a stream's events, equal neighbours counted once, with what marks a place in it."""
    shapes = []
    for event in parse_events(body):
        if event.data == "[DONE]":
            shapes.append("[DONE]")
            continue
        chunk = event.json
        choice = (chunk.get("choices") or [{}])[0]
        content = choice.get("delta", {}).get("content")
        mark = content if content in ("", "<think>\n", "\n</think>\n") else "text"
        shapes.append(json.dumps([event.name, shape(chunk), mark, choice.get("finish_reason")]))
    return [key for key, _ in groupby(shapes)]


def is_stream(name: str) -> bool:
    return "text/event-stream" in (FOLDER / name / "response.head").read_text() and not name.endswith("-wire")


ANSWERS = names("10-", "11-", "20-", "21-", "22-", "23-", "30-", "31-")
# These fetch a picture from a server that does not run here; test_requests has the second.
LEFT_OUT = ("23-edit-url", "23-edit-url-404")


@pytest.mark.parametrize("name", [name for name in ANSWERS if is_stream(name) and name not in LEFT_OUT])
async def test_its_streams_have_the_recorded_outline(twin: DemoClient, name: str) -> None:
    answer = await ask_again(twin, name)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert outline(answer.text) == outline(recorded_body(name))


@pytest.mark.parametrize(
    "name", [name for name in ANSWERS if not is_stream(name) and not name.endswith("-wire") and name not in LEFT_OUT]
)
async def test_its_whole_answers_have_the_recorded_shape(twin: DemoClient, name: str) -> None:
    answer = await ask_again(twin, name)
    assert answer.status_code == recorded_status(name)
    assert shape(answer.json()) == shape(json.loads(recorded_body(name)))
